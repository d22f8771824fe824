// The guest's own symbol table, read from its memory: names for code addresses.
//
// Entry i's function starts kallsyms_offsets[i] bytes after _text; its name,
// kallsyms_name_offsets[i] bytes into kallsyms_names. Source: guestkernel/kernel/kallsyms.hpp; the
// text is Linux' %pS (Documentation/core-api/printk-formats.rst).
#pragma once

#include <string>
#include <vector>

#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

class Kallsyms {
  public:
    // Fails if the image has no such table, or what is in memory there cannot be one.
    static Result<Kallsyms> read(KernelView const& view);

    // "vmalloc+0x12/0x40", or "0x1234" for what is not kernel text.
    std::string describe(VirtAddr address) const;

  private:
    struct Function {
        uint64_t offset; // from _text
        std::string name;
    };

    VirtAddr text_;
    uint64_t text_size_ = 0;
    std::vector<Function> functions_; // ascending
};

} // namespace pagelab::guest
