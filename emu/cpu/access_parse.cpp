// Every byte that is not a constant of the guest's is compared.
#include "emu/cpu/access_parse.hpp"

namespace pagelab::cpu {

namespace {

constexpr size_t kLookUp = 4, kAnd = 7, kAdd = 4, kLea = 7; // bytes

// The register that the three bytes at `at` copy to `to`.
std::optional<uint8_t> moved_register(CodeReader const& code, size_t at, HostRegister to)
{
    bool const upper = code.has(at, {0x49, 0x8b});
    uint8_t const from = code.byte(at + 2) & 7;
    if ((!upper && !code.has(at, {0x48, 0x8b})) || code.byte(at + 2) != (0xc0 | to << 3 | from))
        return std::nullopt;
    return static_cast<uint8_t>(from | (upper ? 8 : 0));
}

// Length of lea disp8(address), %rsi or mov address, %rsi at `at`, or 0.
size_t last_byte_length(CodeReader const& code, size_t at, uint8_t address)
{
    if (moved_register(code, at, kRsi) == address)
        return kMove;
    uint8_t const low = address & 7;
    if (!code.has(at, {0x48u | address >> 3, 0x8d, 0x70u | low}))
        return 0;
    bool const has_sib = low == 4;
    return has_sib && !code.has(at + 3, {0x24}) ? 0 : 4u + (has_sib ? 1 : 0);
}

// %rsp cannot be an index; the others are in use.
bool can_index(uint8_t address)
{
    return address != kRsp && address != kRsi && address != kRdi;
}

std::optional<Operation> parse_operation(CodeReader const& code, size_t at)
{
    size_t opcode = code.byte(at) == kOperandSize ? 1 : 0;
    bool const has_rex = (code.byte(at + opcode) & 0xf0) == kRex;
    if (has_rex && (code.byte(at + opcode) & (kRexX | kRexB)) != 0)
        return std::nullopt;
    opcode += has_rex ? 1 : 0;
    bool const is_long = code.byte(at + opcode) == 0x0f;
    uint8_t const last = code.byte(at + opcode + (is_long ? 1 : 0));
    bool const is_store = !is_long && (last == 0x88 || last == 0x89);
    bool const is_extending = is_long && (last & 0xf6) == 0xb6; // MOVZX, MOVSX
    bool const is_load = is_extending || (!is_long && (last == 0x8b || last == 0x63));
    size_t const size = opcode + (is_long ? 3 : 2);
    if ((!is_store && !is_load) || (code.byte(at + size - 1) & 0xc7) != kRsi)
        return std::nullopt;
    return Operation{is_store ? AccessKind::Store : AccessKind::Load, opcode, size, has_rex};
}

// Whether what is at access.slow is its slow path, with a short kind.
bool is_slow_path(CodeReader const& code, Access const& access)
{
    bool const is_store = access.form.kind == AccessKind::Store;
    if (!code.has(access.slow, {0x48, 0x8b, 0xfd}))
        return false;
    size_t at = access.slow + kMove;
    at += is_store ? data_move_length(code, at) : 0;
    if (code.byte(at) != 0xb8 + (is_store ? kRcx : kRdx) ||
        code.value<uint32_t>(at + 1).value_or(UINT32_MAX) > INT8_MAX)
        return false;
    at += 5;
    bool const is_lea =
        is_store ? code.has(at, {0x4c, 0x8d, 0x05}) : code.has(at, {0x48, 0x8d, 0x0d});
    auto const back = code.value<int32_t>(at + 3);
    size_t const end = access.operation + access.form.size;
    return is_lea && back && at + kLea + static_cast<size_t>(int64_t{*back}) == end;
}

} // namespace

size_t data_move_length(CodeReader const& code, size_t at)
{
    size_t const rex = (code.byte(at) & 0xf0) == kRex ? 1 : 0;
    bool const is_move = code.byte(at + rex) == 0x8b && (code.byte(at + rex + 1) & 0xf8) == 0xd0;
    return is_move ? rex + 2 : 0;
}

std::optional<Access> parse_access(CodeReader const& code, size_t shift)
{
    if (shift < kMove)
        return std::nullopt;
    auto const address = moved_register(code, shift - kMove, kRdi);
    size_t at = shift + kShift;
    if (!address || !can_index(*address) || !code.has(at, {0x48, 0x23, 0x7d}) ||
        !code.has(at + kLookUp, {0x48, 0x03, 0x7d}))
        return std::nullopt;
    at += 2 * kLookUp;
    size_t const last_byte = last_byte_length(code, at, *address);
    at += last_byte;
    if (last_byte == 0 || !code.has(at, {0x48, 0x81, 0xe6}))
        return std::nullopt;
    at += kAnd;
    if (code.has(at, {0x48, 0x3b, 0x37}))
        at += 3;
    else if (code.has(at, {0x48, 0x3b, 0x77}))
        at += 4;
    else
        return std::nullopt;
    size_t const jump = at + kMove, operation = jump + kJump + kAdd;
    auto const distance = code.value<int32_t>(jump + 2);
    auto const form = parse_operation(code, operation);
    if (moved_register(code, at, kRsi) != address || !code.has(jump, {0x0f, 0x85}) || !distance ||
        !code.has(jump + kJump, {0x48, 0x03, 0x77}) || !form)
        return std::nullopt;
    size_t const slow = jump + kJump + static_cast<size_t>(int64_t{*distance});
    Access const access = {*address, shift - kMove, at, operation, slow, *form};
    return is_slow_path(code, access) ? std::optional(access) : std::nullopt;
}

} // namespace pagelab::cpu
