// Damaged debug information: types, code, lines, scopes and frames are read or refused; nothing
// hangs, crashes or is larger than it should be.
#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <string>

#include "emu/base/check.hpp"
#include "emu/guest/c_evaluate.hpp"
#include "emu/guest/dwarf_file.hpp"
#include "emu/guest/dwarf_scopes.hpp"
#include "emu/guest/unwind.hpp"
#include "tests/fuzz/fuzz_one.hpp"

using namespace pagelab;
using namespace pagelab::guest;

namespace {

// Zeros wherever one looks, but not in the first page.
class ZeroMemory final : public GuestMemory {
  public:
    Result<> read(VirtAddr address, std::span<std::byte> out) const override
    {
        if (address.value < 4096)
            return fail("address {:#x}: not present", address.value);
        std::ranges::fill(out, std::byte{0});
        return {};
    }
    uint64_t mapped_run(VirtAddr address) const override
    {
        return address.value < 4096 ? 0 : 4096 - address.value % 4096;
    }
    uint64_t unmapped_run(VirtAddr address) const override
    {
        return address.value < 4096 ? 4096 - address.value : 0;
    }
    Pfn end() const override { return Pfn(uint64_t{1} << 20); }
};

void look_at_types(CScope const& scope, CTypes const& types)
{
    for (char const* text :
         {"outer", "struct page *", "list_head [3]", "migratetype", "counter_t"}) {
        auto const type = parse_type(text, scope);
        if (!type)
            continue;
        (void)types.spell(**type, "declared");
        (void)types.enumerators(**type);
        if (auto const members = types.members(**type))
            for (CMember const& member : **members)
                (void)types.spell(*member.type, member.name);
    }
    for (char const* text :
         {"objects[1].free_list[1][2].prev", "&objects[2] - objects", "hidden + 1",
          "objects[0].color == Green", "((page*)4096)->lru.next->prev"})
        if (auto const value = evaluate(scope, text))
            (void)scope.values().load(*value);
}

void look_at_code(KernelView const& view, CTypes const& types)
{
    CodeMap const code(view.types());
    Unwinder const unwind(view, code, [](uint64_t) { return true; });
    auto const& functions = view.types().file().functions();
    for (size_t i = 0; i < std::min<size_t>(functions.size(), 8); ++i) {
        uint64_t const pc = functions[i].low + 4;
        (void)code.place(pc);
        (void)code.line(pc);
        (void)scopes_at(view.types(), code, pc);
        std::array<uint64_t, 16> const gpr = {1, 2, 3, 4, 0x8000, 0x8010, 7, 8};
        auto const frames = unwind.walk(unwind.first_frame(gpr, pc));
        ENSURE(frames.size() <= kMaxFrames, "{} frames", frames.size());
        for (StackFrame const& frame : frames)
            (void)locals_at(types, frame.code_address(), {view, frame.registers, frame.cfa, {}});
    }
}

} // namespace

std::span<FuzzSeed const> fuzz_seeds()
{
    static std::vector<FuzzSeed> const seeds = [] {
        std::vector<FuzzSeed> made;
        for (char const* name : {"sample-i686", "sample-x86_64", "sample-i686-dwarf4"}) {
            std::ifstream in(std::string(SAMPLE_DIR "/") + name + ".elf", std::ios::binary);
            std::vector<char> const bytes(std::istreambuf_iterator<char>(in), {});
            auto const all = std::as_bytes(std::span(bytes));
            made.push_back({{all.begin(), all.end()}, 4096, all.size()});
        }
        return made;
    }();
    return seeds;
}

int fuzz_one(std::span<std::byte const> input)
{
    auto const table = TypeTable::from_image(input);
    if (!table)
        return 0;
    ZeroMemory const memory;
    KernelView const view(*table, memory);
    CTypes const types(*table);
    CValues const values(view, types);
    look_at_types(CScope(values), types);
    look_at_code(view, types);
    return 0;
}
