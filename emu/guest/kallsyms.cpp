// Three arrays and a heap of names.
#include "emu/guest/kallsyms.hpp"

#include <algorithm>

namespace pagelab::guest {

namespace {

constexpr uint64_t kMaxFunctions = 100'000;
constexpr size_t kMaxName = 256;
constexpr uint64_t kEntrySize = 4;

} // namespace

Result<Kallsyms> Kallsyms::read(KernelView const& view)
{
    auto const at = [&](char const* name) { return view.types().symbol(name); };
    Kallsyms table;
    table.text_ = TRY(at("_text"));
    table.text_size_ = TRY(at("_etext")) - table.text_;
    VirtAddr const counter = TRY(at("kallsyms_count"));
    uint64_t const count = TRY(view.read_unsigned(counter, kEntrySize));
    if (count > kMaxFunctions)
        return fail("a symbol table of {} functions", count);
    VirtAddr const offsets = TRY(at("kallsyms_offsets"));
    VirtAddr const name_offsets = TRY(at("kallsyms_name_offsets"));
    VirtAddr const names = TRY(at("kallsyms_names"));
    auto const number = [&](VirtAddr numbers, uint64_t i) {
        return view.read_unsigned(view.advance(numbers, i * kEntrySize), kEntrySize);
    };
    for (uint64_t i = 0; i < count; i++) {
        uint64_t const offset = TRY(number(offsets, i));
        uint64_t const name = TRY(number(name_offsets, i));
        if (!table.functions_.empty() && offset < table.functions_.back().offset)
            return fail("the symbol table is out of order at entry {}", i);
        if (offset >= table.text_size_)
            return fail("entry {} of the symbol table is not in the kernel's text", i);
        table.functions_.push_back(
            {offset, TRY(view.read_string(view.advance(names, name), kMaxName))});
    }
    return table;
}

std::string Kallsyms::describe(VirtAddr address) const
{
    if (functions_.empty() || address < text_ + functions_.front().offset ||
        address - text_ >= text_size_)
        return fmt::format("{:#x}", address.value);
    uint64_t const offset = address - text_;
    auto next = std::ranges::upper_bound(functions_, offset, {}, &Function::offset);
    uint64_t const end = next == functions_.end() ? text_size_ : next->offset;
    auto const& function = *std::prev(next);
    return fmt::format("{}+{:#x}/{:#x}", function.name, offset - function.offset,
                       end - function.offset);
}

} // namespace pagelab::guest
