// core: the machine as an ELF core file, for gdb, drgn, or a shell later.
#include "emu/core/core_file.hpp"
#include "emu/mmu/page_tables.hpp"
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

constexpr size_t kMaxMappings = 60'000; // an ELF file numbers its segments by 16 bits

// What the page tables map. Of a run whose pages all show one frame, the first: gdb takes what it
// needs from it, and there may be 2^36 of them.
Result<std::vector<core::Mapping>> read_mappings(Session& session)
{
    std::vector<core::Mapping> mappings;
    mmu::Selection selection;
    selection.keep_going = [&] { return session.progress().step(mappings.size(), 0).has_value(); };
    auto const join = [&](mmu::PageRun const& run) {
        uint64_t const size =
            run.frames == mmu::Frames::Contiguous ? run.size() : uint64_t{1} << run.page_shift;
        if (!mappings.empty() && mappings.back().start + mappings.back().size == run.start &&
            mappings.back().physical + mappings.back().size == run.physical)
            mappings.back().size += size;
        else
            mappings.push_back({run.start, run.physical, size});
        return mappings.size() < kMaxMappings;
    };
    mmu::read_page_tables(session.target().context(), session.target().memory(), selection, join);
    if (Progress::is_interrupted())
        return fail("interrupted");
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
    input.untouched_is_zero = target.machine() != nullptr;
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
