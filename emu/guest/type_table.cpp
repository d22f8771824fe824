// Walks a member path one step at a time over the entries of a DwarfFile.
#include "emu/guest/type_table.hpp"

#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <ranges>

#include <dwarf.h>

#include "emu/guest/dwarf_file.hpp"
#include "emu/guest/dwarf_type.hpp"

namespace pagelab::guest {

namespace {

Result<Dwarf_Die> entry_of(DwarfFile const& file, Type type)
{
    Dwarf_Die entry;
    if (!file.entry_at(type.entry, entry))
        return fail("debug information: no entry at offset {:#x}", type.entry);
    return entry;
}

Result<Dwarf_Die> underlying_entry(DwarfFile const& file, Type type)
{
    auto const entry = TRY(entry_of(file, type));
    return underlying(entry);
}

// The description of a type that is found `offset` bytes into an object.
Result<Member> describe(DwarfFile const& file, Type type, uint64_t offset)
{
    auto const entry = TRY(entry_of(file, type));
    Member member{.offset = offset, .type = type};
    member.size = TRY(byte_size(entry, type.dimensions, file.pointer_size()));
    member.kind = TRY(kind_of(entry, type.dimensions));
    if (member.kind == Kind::Array) {
        auto array = TRY(underlying(entry));
        auto const dimensions = TRY(dimensions_of(array));
        member.count = dimensions.size() > type.dimensions ? dimensions[type.dimensions] : 0;
    }
    return member;
}

// The array type whose next dimension an index selects; arrays of arrays may be one entry with
// several dimensions, or an entry of entries (by typedef).
Result<Member> step_into_element(DwarfFile const& file, Member const& array, uint64_t index)
{
    if (array.kind != Kind::Array)
        return fail("[{}] after something that is no array", index);
    if (index >= array.count)
        return fail("[{}] of an array of {} elements", index, array.count);
    auto entry = TRY(underlying_entry(file, array.type));
    Type element{dwarf_dieoffset(&entry), array.type.dimensions + 1};
    if (TRY(dimensions_of(entry)).size() <= element.dimensions) {
        Dwarf_Die inner;
        if (!type_of(entry, inner))
            return fail("debug information: an array of nothing");
        element = {dwarf_dieoffset(&inner), 0};
    }
    auto member = TRY(describe(file, element, array.offset));
    member.offset += index * member.size;
    return member;
}

Result<Member> step_into_member(DwarfFile const& file, Member const& record, std::string_view name)
{
    auto const entry = TRY(underlying_entry(file, record.type));
    auto found = find_member(entry, name);
    if (record.kind != Kind::Record || !found)
        return fail("no member '{}'", name);
    return describe(file, {dwarf_dieoffset(&found->type), 0}, record.offset + found->offset);
}

// Takes "[12]" off the front of a path that starts with '['.
std::optional<uint64_t> take_index(std::string_view& path)
{
    uint64_t index = 0;
    auto const end = path.data() + path.size();
    auto const [parsed_to, status] = std::from_chars(path.data() + 1, end, index);
    if (status != std::errc{} || parsed_to == end || *parsed_to != ']')
        return {};
    path.remove_prefix(static_cast<size_t>(parsed_to + 1 - path.data()));
    return index;
}

Result<Member> follow(DwarfFile const& file, Type type, std::string_view path)
{
    auto const whole = path;
    auto member = TRY(describe(file, type, 0));
    for (bool first = true; !path.empty(); first = false) {
        if (path.front() == '[') {
            auto const index = take_index(path);
            if (!index)
                return fail("member path '{}' has a malformed index", whole);
            member = TRY(step_into_element(file, member, *index));
            continue;
        }
        if (path.front() == '.')
            path.remove_prefix(1);
        else if (!first)
            return fail("member path '{}' lacks a '.'", whole);
        auto const name = path.substr(0, path.find_first_of(".["));
        path.remove_prefix(name.size());
        member = TRY(step_into_member(file, member, name));
    }
    return member;
}

Result<VirtAddr> address_of(Dwarf_Die& variable, std::string_view name)
{
    Dwarf_Attribute attribute;
    Dwarf_Op* operations = nullptr;
    size_t count = 0;
    if (dwarf_getlocation(dwarf_attr(&variable, DW_AT_location, &attribute), &operations, &count) ==
            0 &&
        count == 1) {
        if (operations->atom == DW_OP_addr)
            return VirtAddr(operations->number);
        Dwarf_Attribute indirect; // DW_OP_addrx: an index into .debug_addr
        Dwarf_Addr address = 0;
        if (operations->atom == DW_OP_addrx &&
            dwarf_getlocation_attr(&attribute, operations, &indirect) == 0 &&
            dwarf_formaddr(&indirect, &address) == 0)
            return VirtAddr(address);
    }
    return fail("variable '{}' has no address", name);
}

} // namespace

TypeTable::TypeTable(std::unique_ptr<DwarfFile> file) : file_(std::move(file)) {}
TypeTable::TypeTable(TypeTable&&) noexcept = default;
TypeTable& TypeTable::operator=(TypeTable&&) noexcept = default;
TypeTable::~TypeTable() = default;

Result<TypeTable> TypeTable::load(std::filesystem::path const& path)
{
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error))
        return fail("{}: no such file", path.string());
    std::ifstream in(path, std::ios::binary);
    std::vector<char> const bytes(std::istreambuf_iterator<char>(in), {});
    if (!in)
        return fail("{}: cannot read the file", path.string());
    auto table = from_image(std::as_bytes(std::span(bytes)));
    if (!table)
        return fail("{}: {}", path.string(), table.error().message);
    return table;
}

Result<TypeTable> TypeTable::from_image(std::span<std::byte const> image)
{
    return TypeTable(TRY(DwarfFile::open(image)));
}

unsigned TypeTable::pointer_size() const
{
    return file_->pointer_size();
}

Result<Type> TypeTable::find(std::string_view type_name) const
{
    auto const found = file_->types().find(type_name);
    if (found == file_->types().end())
        return fail("no type '{}' in the debug information", type_name);
    return Type{found->second, 0};
}

Result<uint64_t> TypeTable::size_of(Type type) const
{
    return byte_size(TRY(entry_of(*file_, type)), type.dimensions, pointer_size());
}

Result<uint64_t> TypeTable::size_of(std::string_view type_name) const
{
    return size_of(TRY(find(type_name)));
}

Result<Member> TypeTable::member(std::string_view type_name, std::string_view path) const
{
    auto key = fmt::format("{} {}", type_name, path);
    if (auto const known = members_.find(key); known != members_.end())
        return known->second;
    auto const found = member(TRY(find(type_name)), path);
    if (!found)
        return fail("struct {}: {}", type_name, found.error().message);
    members_.emplace(std::move(key), *found);
    return found;
}

Result<Member> TypeTable::member(Type type, std::string_view path) const
{
    return follow(*file_, type, path);
}

Result<Variable> TypeTable::variable(std::string_view name) const
{
    auto const found = file_->variables().find(name);
    Dwarf_Die entry;
    if (found == file_->variables().end() || !file_->entry_at(found->second, entry))
        return fail("no variable '{}' in the debug information", name);
    auto const address = TRY(address_of(entry, name));
    Dwarf_Die type;
    if (!type_of(entry, type))
        return fail("variable '{}' has no type", name);
    return Variable{address, {dwarf_dieoffset(&type), 0}};
}

Result<VirtAddr> TypeTable::symbol(std::string_view name) const
{
    auto const found = file_->symbols().find(name);
    if (found == file_->symbols().end())
        return fail("no symbol '{}' in the image", name);
    return VirtAddr(found->second);
}

Result<int64_t> TypeTable::constant(std::string_view name) const
{
    for (auto const* index : {&file_->enumerators(), &file_->variables()}) {
        auto const found = index->find(name);
        Dwarf_Die entry;
        Dwarf_Attribute attribute;
        Dwarf_Sword value = 0;
        if (found != index->end() && file_->entry_at(found->second, entry) &&
            dwarf_formsdata(dwarf_attr_integrate(&entry, DW_AT_const_value, &attribute), &value) ==
                0)
            return value;
    }
    return fail("no constant '{}' in the debug information", name);
}

std::vector<std::string> TypeTable::type_names() const
{
    auto const names = file_->types() | std::views::keys;
    return {names.begin(), names.end()};
}

std::vector<std::string> TypeTable::symbol_names() const
{
    auto const names = file_->symbols() | std::views::keys;
    return {names.begin(), names.end()};
}

} // namespace pagelab::guest
