// core: the machine as an ELF core file, for gdb, drgn, or a shell later.
#include "emu/core/core_file.hpp"
#include "emu/mmu/translate.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Segments of the file, several for one piece of RAM where the kernel maps it so:

  PT_NOTE   per processor NT_PRSTATUS, and QEMU's note with CR3 and segments; VMCOREINFO
  PT_LOAD   virtual address -> bytes     each range that the page tables map
  PT_LOAD   physical address -> bytes    each range of RAM; pages of zeroes take no room on disk

EXAMPLES
  core guest.core
  gdb build/guestkernel/pagelab-x86_64.elf guest.core
  pagelab shell --core guest.core -c buddyinfo
)";

// Bytes from `address` to where the next entry of the level that faulted begins.
uint64_t unmapped_run(VirtAddr address, mmu::WalkTrace const& trace)
{
    bool const is_32 = trace.entry_bytes == 4;
    unsigned const level = trace.last().level;
    unsigned const shift = is_32 ? 12 + (level - 1) * 10 : 12 + (level - 1) * 9;
    uint64_t const size = uint64_t{1} << shift;
    return size - (address.value & (size - 1));
}

// What the page tables map, neighbours joined.
Result<std::vector<core::Mapping>> read_mappings(Session& session)
{
    mmu::Context const context = session.target().context();
    mmu::PagingMode const mode = mmu::paging_mode(context);
    bool const is_long = mode == mmu::PagingMode::Level4 || mode == mmu::PagingMode::Level5;
    unsigned const top = mode == mmu::PagingMode::Level5 ? 56 : 47;
    uint64_t const low_end = is_long ? uint64_t{1} << top : uint64_t{1} << 32;
    std::vector<core::Mapping> mappings;
    for (uint64_t at = 0; mode != mmu::PagingMode::None;) {
        if (at == low_end && is_long)
            at = ~uint64_t{0} << top; // over what is not canonical
        auto const page = mmu::translate(context, session.target().memory(), VirtAddr(at), {});
        uint64_t run = 0;
        if (page) {
            uint64_t const size = uint64_t{1} << page->page_shift;
            run = size - (at & (size - 1));
            if (!mappings.empty() && mappings.back().start + mappings.back().size == VirtAddr(at) &&
                mappings.back().physical + mappings.back().size == page->address)
                mappings.back().size += run;
            else
                mappings.push_back({VirtAddr(at), page->address, run});
        } else {
            run = unmapped_run(VirtAddr(at), page.error().trace);
        }
        TRY(session.progress().step(at, 0));
        at += run;
        if (at == 0 || (!is_long && at == low_end))
            break;
    }
    return mappings;
}

// Lines as Linux' kernel/crash_core.c writes them; the release as the guest's /proc/version has it.
std::string vmcoreinfo(Session& session)
{
    std::string text = "PAGESIZE=4096\nKERNELOFFSET=0\nNUMBER(phys_base)=0\n";
    auto const kernel = session.target().kernel();
    for (char const* name : {"_text", "_stext", "swapper_pg_dir", "contig_page_data"})
        if (auto const symbol = kernel ? (*kernel)->types().symbol(name) : fail("no kernel"))
            text += fmt::format("SYMBOL({})={:x}\n", name, symbol->value);
    return text;
}

Result<Json> read(Session& session, std::string const& file)
{
    Target& target = session.target();
    core::CoreInput input;
    input.cpus = target.states();
    input.mappings = TRY(read_mappings(session));
    input.vmcoreinfo = vmcoreinfo(session);
    input.width = target.state().long_mode() ? core::Width::Bits64 : core::Width::Bits32;
    uint64_t const size = TRY(core::write_core(file, target.memory(), input));
    return Json{{"file", file}, {"size", size}, {"mappings", input.mappings.size()}};
}

Reader declare(CLI::App& arguments)
{
    auto const file = std::make_shared<std::string>();
    arguments.add_option("FILE", *file, "the file to write; replaced if it is there")->required();
    return [file](Session& session) { return read(session, *file); };
}

std::string text(Json const& document)
{
    return fmt::format("{}: {} bytes, {} mapped ranges\n", plain(document["file"]),
                       plain(document["size"]), plain(document["mappings"]));
}

} // namespace

Command const kCore = {"core",
                       Group::Memory,
                       "write the machine's memory and registers as an ELF core file",
                       kHelpText,
                       R"({"file": "string", "size": "number", "mappings": "number"})",
                       declare,
                       text,
                       Completes::Files};

} // namespace pagelab::shell
