// Addresses are computed; bytes are read in one place.
#include "emu/guest/c_value.hpp"

#include <algorithm>

#include "emu/guest/dwarf_file.hpp"
#include "emu/guest/dwarf_type.hpp"

namespace pagelab::guest {

uint64_t fitted(uint64_t bits, uint64_t bytes, bool is_signed)
{
    if (bytes == 0 || bytes >= 8)
        return bits;
    unsigned const unused = static_cast<unsigned>(64 - 8 * bytes);
    bits <<= unused;
    return is_signed ? static_cast<uint64_t>(static_cast<int64_t>(bits) >> unused) : bits >> unused;
}

Result<uint64_t> CValues::load(CValue const& value) const
{
    CType const& type = *value.type;
    if (!is_scalar(type)) {
        if (value.address)
            return value.address->value;
        return fail("{} is no number", types_.spell(type));
    }
    if (!value.address)
        return value.bits;
    if (value.bit_size == 0) {
        uint64_t const bits = TRY(view_.read_unsigned(*value.address, type.size));
        return fitted(bits, type.size, type.is_signed);
    }
    uint64_t bits = 0; // at most 64 of them, in nine bytes
    unsigned const end = value.bit_offset + value.bit_size;
    for (unsigned byte = 0; byte * 8 < end; ++byte) {
        uint64_t const read = TRY(view_.read_unsigned(view_.advance(*value.address, byte), 1));
        int const shift = static_cast<int>(byte * 8) - static_cast<int>(value.bit_offset);
        bits |= shift < 0 ? read >> -shift : shift < 64 ? read << shift : 0;
    }
    if (value.bit_size == 64)
        return bits;
    unsigned const unused = 64 - value.bit_size;
    return type.is_signed ? static_cast<uint64_t>(static_cast<int64_t>(bits << unused) >> unused)
                          : bits << unused >> unused;
}

Result<CValue> CValues::member(CValue const& record, CMember const& member) const
{
    if (!record.address)
        return fail("the struct has no address");
    return CValue{.type = member.type,
                  .address = view_.advance(*record.address, member.offset),
                  .bit_offset = member.bit_offset,
                  .bit_size = member.bit_size};
}

Result<CValue> CValues::element(CValue const& array, uint64_t index) const
{
    CType const& type = *array.type;
    if (type.kind != CKind::Array && type.kind != CKind::Pointer)
        return fail("{} is no array", types_.spell(type));
    CTypePtr const element = TRY(types_.target(type));
    VirtAddr const base(TRY(load(array)));
    if (element->size == 0 && element->kind != CKind::Void && element->kind != CKind::Function)
        return fail("the size of {} is not known", types_.spell(*element));
    uint64_t const size = std::max<uint64_t>(element->size, 1);
    return CValue{.type = element, .address = view_.advance(base, index * size)};
}

Result<CValue> CValues::dereferenced(CValue const& pointer) const
{
    CType const& type = *pointer.type;
    if (type.kind == CKind::Function)
        return pointer;
    if (type.kind == CKind::Array)
        return element(pointer, 0);
    if (type.kind != CKind::Pointer && type.kind != CKind::Reference)
        return fail("* of {}, which is no pointer", types_.spell(type));
    CTypePtr const target = TRY(types_.target(type));
    return CValue{.type = target, .address = VirtAddr(TRY(load(pointer)))};
}

CValue CValues::number(uint64_t bits, CTypePtr type) const
{
    if (type->kind == CKind::Bool)
        bits = bits != 0;
    bits = fitted(bits, type->size, type->is_signed);
    return CValue{.type = std::move(type), .address = {}, .bits = bits};
}

Result<CValue> CValues::global(std::string_view name) const
{
    TypeTable const& table = types_.table();
    if (auto const variable = table.variable(name)) {
        CTypePtr type = TRY(types_.at(variable->type.entry));
        return CValue{.type = std::move(type), .address = variable->address};
    }
    if (auto const constant = table.constant(name)) {
        auto const bits = static_cast<uint64_t>(*constant);
        bool const is_int = static_cast<int32_t>(*constant) == *constant;
        CTypePtr type = types_.integer(is_int ? 4 : 8, true);
        DwarfFile const& file = table.file();
        Dwarf_Die entry, declared;
        if (auto const found = file.variables().find(name); found != file.variables().end() &&
                                                            file.entry_at(found->second, entry) &&
                                                            type_of(entry, declared))
            type = TRY(types_.at(dwarf_dieoffset(&declared)));
        return number(bits, std::move(type));
    }
    if (DwarfFunction const* const function = table.file().function(name)) {
        CTypePtr type = TRY(types_.at(function->entry));
        return CValue{.type = std::move(type), .address = VirtAddr(function->low)};
    }
    VirtAddr const address = TRY(table.symbol(name));
    return CValue{.type = std::make_shared<CType>(CType{.kind = CKind::Function}),
                  .address = address};
}

Result<CValue> CValues::named(std::string_view name) const
{
    if (auto const colons = name.rfind("::"); colons != name.npos)
        name.remove_prefix(colons + 2);
    auto found = global(name);
    if (!found)
        return fail("no symbol '{}'", name);
    return found;
}

} // namespace pagelab::guest
