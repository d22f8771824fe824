// CValue: a thing of a C type, in the guest's memory or on its own; and what can be done with one.
//
// Nothing is read before load(), so that a value may lie where no memory is.
#pragma once

#include <optional>
#include <string_view>

#include "emu/guest/dwarf_c_type.hpp"
#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

struct CValue {
    CTypePtr type = {};
    std::optional<VirtAddr> address = {}; // none: the value is in `bits`
    uint64_t bits = 0;                    // extended to 64 bits as the type says
    unsigned bit_offset = 0;              // of a bit-field, from the lowest bit at `address`
    unsigned bit_size = 0;                // 0: no bit-field
};

class CValues {
  public:
    // Both must outlive this.
    CValues(KernelView const& view, CTypes const& types) : view_(view), types_(types) {}

    KernelView const& view() const { return view_; }
    CTypes const& types() const { return types_; }

    // The number in it: a scalar's value; an array's, function's or record's address, if it has
    // one. Sign- or zero-extended.
    Result<uint64_t> load(CValue const& value) const;

    Result<CValue> member(CValue const& record, CMember const& member) const;
    // Of an array or a pointer.
    Result<CValue> element(CValue const& array, uint64_t index) const;
    Result<CValue> dereferenced(CValue const& pointer) const;

    // A global variable, a constant, an enumerator or a function.
    Result<CValue> named(std::string_view name) const;

    CValue number(uint64_t bits, CTypePtr type) const;

  private:
    Result<CValue> global(std::string_view name) const;

    KernelView const& view_;
    CTypes const& types_;
};

// `bits` as wide as the type is, extended to 64 as it says.
uint64_t fitted(uint64_t bits, uint64_t bytes, bool is_signed);

} // namespace pagelab::guest
