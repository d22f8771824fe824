// A stack machine of a dozen operations.
#include "emu/guest/dwarf_location.hpp"

#include <vector>

#include <dwarf.h>

namespace pagelab::guest {

namespace {

constexpr size_t kMaxStack = 64;

std::unexpected<Error> optimized_out()
{
    return fail("optimized out");
}

class StackMachine {
  public:
    explicit StackMachine(FrameContext const& frame) : frame_(frame) {}

    Result<> step(Dwarf_Op const& operation)
    {
        unsigned const atom = operation.atom;
        if (stack_.size() == kMaxStack || is_value_)
            return optimized_out();
        if (atom >= DW_OP_lit0 && atom <= DW_OP_lit31)
            return push(atom - DW_OP_lit0);
        if (atom >= DW_OP_reg0 && atom <= DW_OP_reg31) {
            is_value_ = true;
            return push(TRY(reg(atom - DW_OP_reg0)));
        }
        if (atom >= DW_OP_breg0 && atom <= DW_OP_breg31)
            return push(TRY(reg(atom - DW_OP_breg0)) + operation.number);
        switch (atom) {
        case DW_OP_addr:
        case DW_OP_const1u:
        case DW_OP_const2u:
        case DW_OP_const4u:
        case DW_OP_const8u:
        case DW_OP_constu:
        case DW_OP_const1s:
        case DW_OP_const2s:
        case DW_OP_const4s:
        case DW_OP_const8s:
        case DW_OP_consts:
            return push(operation.number);
        case DW_OP_bregx:
            return push(TRY(reg(operation.number)) + operation.number2);
        case DW_OP_regx:
            is_value_ = true;
            return push(TRY(reg(operation.number)));
        case DW_OP_fbreg:
            return push(TRY(known(frame_.frame_base)) + operation.number);
        case DW_OP_call_frame_cfa:
            return push(TRY(known(frame_.cfa)));
        case DW_OP_stack_value:
            is_value_ = true;
            return {};
        case DW_OP_plus_uconst:
            return push(TRY(pop()) + operation.number);
        case DW_OP_deref: {
            VirtAddr const address(TRY(pop()));
            return push(TRY(frame_.view.read_pointer(address)).value);
        }
        default:
            return combine(atom);
        }
    }

    Result<Location> result()
    {
        uint64_t const top = TRY(pop());
        uint64_t const mask = frame_.view.types().pointer_size() == 4 ? 0xffff'ffff : ~uint64_t{0};
        return Location{is_value_, is_value_ ? top : top & mask};
    }

  private:
    static Result<uint64_t> known(std::optional<uint64_t> const& value)
    {
        if (!value)
            return optimized_out();
        return *value;
    }

    Result<uint64_t> reg(uint64_t number) const
    {
        if (number >= frame_.registers.size())
            return optimized_out();
        return known(frame_.registers[number]);
    }

    Result<> push(uint64_t value)
    {
        stack_.push_back(value);
        return {};
    }

    Result<uint64_t> pop()
    {
        if (stack_.empty())
            return optimized_out();
        uint64_t const top = stack_.back();
        stack_.pop_back();
        return top;
    }

    Result<> combine(unsigned atom)
    {
        uint64_t const b = TRY(pop());
        uint64_t const a = TRY(pop());
        switch (atom) {
        case DW_OP_plus:
            return push(a + b);
        case DW_OP_minus:
            return push(a - b);
        case DW_OP_mul:
            return push(a * b);
        case DW_OP_and:
            return push(a & b);
        case DW_OP_or:
            return push(a | b);
        case DW_OP_xor:
            return push(a ^ b);
        case DW_OP_shl:
            return push(b < 64 ? a << b : 0);
        case DW_OP_shr:
            return push(b < 64 ? a >> b : 0);
        default:
            return optimized_out();
        }
    }

    FrameContext const& frame_;
    std::vector<uint64_t> stack_;
    bool is_value_ = false;
};

} // namespace

Result<Location> evaluate_location(std::span<Dwarf_Op const> operations, FrameContext const& frame)
{
    StackMachine machine(frame);
    for (Dwarf_Op const& operation : operations)
        TRY(machine.step(operation));
    return machine.result();
}

Result<Location> location_at(Dwarf_Die& entry, unsigned attribute_name, uint64_t pc,
                             FrameContext const& frame)
{
    Dwarf_Attribute attribute;
    if (dwarf_attr_integrate(&entry, attribute_name, &attribute) == nullptr)
        return optimized_out();
    Dwarf_Op* operations = nullptr;
    size_t count = 0;
    if (dwarf_getlocation_addr(&attribute, pc, &operations, &count, 1) != 1 || count == 0)
        return optimized_out();
    Dwarf_Attribute indirect; // DW_OP_addrx: an index into .debug_addr
    Dwarf_Addr address = 0;
    if (count == 1 && operations->atom == DW_OP_addrx) {
        if (dwarf_getlocation_attr(&attribute, operations, &indirect) != 0 ||
            dwarf_formaddr(&indirect, &address) != 0)
            return optimized_out();
        return Location{false, address};
    }
    return evaluate_location({operations, count}, frame);
}

} // namespace pagelab::guest
