// Damage in a real guest's memory under every command of the shell that reads.
//
// An input is changes of eight bytes each. Whatever they do, a command answers soon, with a
// document of its shape or an error of one line; afterwards the changes are undone.
#include <array>
#include <ctime>

#include "emu/base/check.hpp"
#include "emu/shell/command_table.hpp"
#include "emu/shell/session.hpp"
#include "emu/shell/shape.hpp"
#include "tests/fuzz/fuzz_one.hpp"
#include "tests/fuzz/guest_damage.hpp"

using namespace pagelab;

namespace {

constexpr double kMaxSeconds = 10; // of the processor's time, for one command

// @ is an offset into RAM that the input says.
constexpr std::array kLines = {
    "check",
    "leaks",
    "what -p @",
    "what &contig_page_data",
    "what $rsp",
    "what kernel_vmalloc.start+@",
    "zones",
    "buddy",
    "buddy Normal 0 0",
    "pcp",
    "page -p @",
    "slab",
    "slab kmalloc-64",
    "objects kmalloc-64",
    "vmalloc",
    "kmap",
    "percpu runqueues",
    "modules",
    "tasks",
    "owners",
    "buddyinfo",
    "zoneinfo",
    "slabinfo",
    "vmallocinfo",
    "iomem",
    "bt",
    "bt 2",
    "bt --all-words",
    "frame 1",
    "locals",
    "regs",
    "gdt",
    "idt",
    "tss",
    "walk $rsp",
    "walk @",
    "why kernel_vmalloc write user",
    "pt",
    "phys2virt @",
    "x/16gx $rsp",
    "x/4s kernel_vmalloc.start",
    "xp/16wx @",
    "hexdump &kernel_vmalloc 256",
    "find -p @ 0x1000 0x12345678",
    "diff $rsp $rsp+64 64",
    "crc $rsp 64",
    "disas $rip",
    "sym $rip",
    "list $rip",
    "print contig_page_data",
    "print *(struct page*)contig_page_data.node_mem_map",
    "print init_task",
    "ptype struct page",
    "struct zone",
};

class Subject {
  public:
    Subject(char const* arch, char const* allocator)
        : guest_(arch, allocator), damage_(guest_),
          target_(guest_.memory().physical(), guest_.states(), guest_.kernel_file()),
          session_(target_, nullptr, stdout)
    {
    }

    void damage_and_read(std::span<GuestDamage::Change const> changes, uint64_t offset)
    {
        damage_.apply(changes);
        target_.moved();
        for (std::string line : kLines) {
            if (auto const at = line.find('@'); at != line.npos)
                line.replace(at, 1, fmt::format("{:#x}", offset));
            run(line);
        }
        damage_.undo();
    }

  private:
    void run(std::string const& line)
    {
        std::clock_t const start = std::clock();
        auto const document = session_.read(line);
        auto const command = *shell::find_command(line.substr(0, line.find_first_of(" /")));
        if (document)
            (void)command->text(*document);
        else // a document not of its shape would have an error that does not begin so
            ENSURE(document.error().message.starts_with(command->name), "{}: {}", line,
                   document.error().message);
        auto const seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
        ENSURE(seconds <= kMaxSeconds, "{}: {} seconds", line, seconds);
    }

    GuestSnapshot guest_;
    GuestDamage damage_;
    shell::Target target_;
    shell::Session session_;
};

} // namespace

int fuzz_one(std::span<std::byte const> input)
{
    static std::array<Subject, 6> subjects = {Subject("i686", "slub"), Subject("x86_64", "slub"),
                                              Subject("i686", "slab"), Subject("x86_64", "slab"),
                                              Subject("i686", "slob"), Subject("x86_64", "slob")};
    uint64_t offset = 0;
    for (std::byte const byte : input.last(std::min<size_t>(input.size(), 3)))
        offset = offset << 8 | static_cast<uint64_t>(byte); // 24 bits: the guest's RAM
    subjects[input.size() % subjects.size()].damage_and_read(GuestDamage::changes_of(input),
                                                             offset);
    return 0;
}
