// C expressions over a guest's memory, with the types and names of its debug information.
//
//   CScope scope(values);
//   evaluate(scope, "contig_page_data.node_zones[0].name")    -> CValue
//
// Integers are promoted and converted as C does; pointers are moved by what they point to. void is
// one byte large, as GNU C has it.
#pragma once

#include <functional>

#include "emu/guest/c_expression.hpp"
#include "emu/guest/c_value.hpp"

namespace pagelab::guest {

class CScope final : public CTypeNames {
  public:
    // Fails for a name it does not know.
    using Lookup = std::function<Result<CValue>(std::string_view name)>;

    // values must outlive this. registers: $NAME. inner: names that hide the globals (a frame's
    // variables); outer: names of last resort (modules' symbols). Any may be empty.
    explicit CScope(CValues const& values, Lookup registers = {}, Lookup inner = {},
                    Lookup outer = {})
        : values_(values), registers_(std::move(registers)), inner_(std::move(inner)),
          outer_(std::move(outer))
    {
    }

    CValues const& values() const { return values_; }
    Result<CValue> variable(std::string_view name) const;
    Result<CValue> register_value(std::string_view name) const;

    Result<CTypePtr> type_named(std::string_view name) const override;
    bool is_variable(std::string_view name) const override;
    CTypePtr pointer_to(CTypePtr target) const override;
    CTypePtr array_of(CTypePtr element, uint64_t count) const override;

  private:
    CValues const& values_;
    Lookup registers_;
    Lookup inner_;
    Lookup outer_;
};

Result<CValue> evaluate(CScope const& scope, std::string_view expression);

} // namespace pagelab::guest
