// Members in the order of the declaration; holes are what no member covers.
#include "emu/shell/type_layout.hpp"

#include <algorithm>

namespace pagelab::shell {

namespace {

using guest::CKind;
using guest::CMember;
using guest::CType;

constexpr unsigned kMaxDepth = 8;
constexpr size_t kMaxMembers = 5'000; // shown

class Layout {
  public:
    explicit Layout(guest::CTypes const& types) : types_(types) {}

    Json members(CType const& record, uint64_t base, unsigned depth)
    {
        Json result = Json::array();
        auto const all = types_.members(record);
        if (!all)
            return result;
        for (CMember const& each : **all) {
            if (++shown_ > kMaxMembers)
                break;
            result.push_back(member(each, base, depth));
        }
        return result;
    }

  private:
    Json member(CMember const& each, uint64_t base, unsigned depth)
    {
        CType const& type = *each.type;
        std::string const name = each.is_base ? "<base>" : each.name;
        Json result = {{"name", name},
                       {"type", types_.spell(type)},
                       {"declaration", types_.spell(type, each.name)},
                       {"offset", base + each.offset},
                       {"size", type.size}};
        if (each.bit_size != 0)
            result["bits"] = {{"offset", each.bit_offset}, {"size", each.bit_size}};
        bool const is_unnamed_record =
            type.kind == CKind::Record && type.name.empty() && !each.is_base;
        if (is_unnamed_record && depth < kMaxDepth) {
            result["kind"] = type.keyword;
            result["members"] = members(type, base + each.offset, depth + 1);
        }
        return result;
    }

    guest::CTypes const& types_;
    size_t shown_ = 0;
};

struct Holes {
    uint64_t count = 0, bytes = 0;
};

// Of a struct: gaps between what ends furthest and what begins next, and at the end.
Holes holes_of(CType const& record, Json const& members)
{
    Holes holes;
    uint64_t end = 0;
    auto const note = [&](uint64_t start) {
        if (start <= end)
            return;
        ++holes.count;
        holes.bytes += start - end;
    };
    for (Json const& member : members) {
        uint64_t const offset = number(member["offset"]);
        note(offset);
        end = std::max(end, offset + (member.contains("bits") ? 1 : number(member["size"])));
    }
    note(record.size);
    return holes;
}

std::string bits_text(Json const& member)
{
    return member.contains("bits") ? ":" + plain(member["bits"]["size"]) : "";
}

class Text {
  public:
    explicit Text(Offsets offsets) : offsets_(offsets) {}

    void members(Json const& all, unsigned indent, bool is_union)
    {
        uint64_t end = all.empty() ? 0 : number(all[0]["offset"]);
        for (Json const& member : all) {
            uint64_t const offset = number(member["offset"]);
            if (!is_union && offset > end)
                hole(indent, offset - end);
            end = std::max(end, offset + (member.contains("bits") ? 1 : number(member["size"])));
            one(member, indent);
        }
        end_ = end;
    }

    void hole(unsigned indent, uint64_t bytes)
    {
        if (offsets_ == Offsets::Shown)
            text += fmt::format("{:{}}/* {} byte{} hole */\n", "", indent, bytes,
                                bytes == 1 ? "" : "s");
    }

    uint64_t end() const { return end_; }
    std::string text;

  private:
    void one(Json const& member, unsigned indent)
    {
        if (!member.contains("members")) {
            line(plain(member["declaration"]) + bits_text(member) + ";", member, indent);
            return;
        }
        std::string const kind = plain(member["kind"]);
        line(kind + " {", {}, indent);
        members(member["members"], indent + 4, kind == "union");
        std::string const name = plain(member["name"]);
        line(name.empty() ? "};" : "} " + name + ";", member, indent);
    }

    void line(std::string const& code, Json const& member, unsigned indent)
    {
        std::string const full = std::string(indent, ' ') + code;
        if (offsets_ == Offsets::Hidden || member.is_null())
            text += full + "\n";
        else
            text += fmt::format("{:<55} /* {:>5} {:>5} */\n", full, plain(member["offset"]),
                                plain(member["size"]));
    }

    Offsets offsets_;
    uint64_t end_ = 0;
};

} // namespace

Json type_layout(guest::CTypes const& types, CType const& type)
{
    Json result = {{"type", types.spell(type)}, {"kind", type.keyword}, {"size", type.size}};
    if (type.kind == CKind::Record) {
        Json members = Layout(types).members(type, 0, 0);
        if (std::string_view(type.keyword) != "union") {
            Holes const holes = holes_of(type, members);
            result["holes"] = holes.count;
            result["hole_bytes"] = holes.bytes;
        }
        result["members"] = std::move(members);
    }
    if (type.kind == CKind::Enum) {
        Json all = Json::array();
        for (guest::CEnumerator const& each : types.enumerators(type))
            all.push_back({{"name", each.name}, {"value", each.value}});
        result["enumerators"] = std::move(all);
    }
    return result;
}

std::string type_text(Json const& layout, Offsets offsets)
{
    std::string const type = plain(layout["type"]);
    std::string const kind = plain(layout["kind"]);
    std::string const head = kind.empty() || type.starts_with(kind) ? type : kind + " " + type;
    if (layout.contains("enumerators")) {
        std::string result = head + " {\n";
        for (Json const& each : layout["enumerators"])
            result += fmt::format("    {} = {},\n", plain(each["name"]), plain(each["value"]));
        return result + "};\n";
    }
    if (!layout.contains("members"))
        return type + "\n";
    Text body(offsets);
    body.members(layout["members"], 4, kind == "union");
    uint64_t const size = number(layout["size"]);
    if (kind != "union" && size > body.end())
        body.hole(4, size - body.end());
    std::string result = head + " {\n" + body.text;
    if (offsets == Offsets::Shown) {
        result += fmt::format("    /* size: {}, members: {}", size, layout["members"].size());
        if (layout.contains("holes") && number(layout["holes"]) != 0)
            result += fmt::format(", holes: {}, sum of holes: {}", plain(layout["holes"]),
                                  plain(layout["hole_bytes"]));
        result += " */\n";
    }
    return result + "};\n";
}

} // namespace pagelab::shell
