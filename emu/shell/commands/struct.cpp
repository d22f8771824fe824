// struct: a type's layout, or what is at an address seen as that type.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"
#include "emu/shell/type_layout.hpp"
#include "emu/shell/value_tree.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(With a type alone: its members; with -o also offsets and holes. With an address: values.

  struct list_head 0xc1001000    ->    {next = 0xc1002000, prev = 0xc1003000 <list>}

EXAMPLES
  struct page
  struct page -o
  struct page mem_map+5
  struct list_head &slab_caches
  struct zone contig_page_data.node_zones --json
)";

struct Options {
    std::string type;
    std::vector<std::string> address;
    bool offsets = false;
};

Result<Json> read(Session& session, Options const& options)
{
    guest::CTypePtr const type = TRY(session.type(options.type));
    guest::CValues const& values = *TRY(session.values());
    Json document = type_layout(values.types(), *type);
    document["offsets"] = options.offsets;
    if (options.address.empty())
        return document;
    std::string const expression = fmt::format("{}", fmt::join(options.address, " "));
    VirtAddr const address(TRY(session.evaluate(expression)));
    ValueTree tree(values, {}, [&](uint64_t at) { return session.symbol_at(at); });
    document["address"] = hex(address);
    document["value"] = tree.tree({.type = type, .address = address});
    return document;
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("TYPE", options->type, "name of a type")->required();
    arguments.add_option("ADDR", options->address, "virtual address, symbol or expression");
    arguments.add_flag("-o", options->offsets, "offsets, sizes and holes");
    return [options](Session& session) { return read(session, *options); };
}

std::string text(Json const& document)
{
    if (!document.contains("value"))
        return type_text(document,
                         document["offsets"].get<bool>() ? Offsets::Shown : Offsets::Hidden);
    return value_text(document["value"]) + "\n";
}

} // namespace

Command const kStruct = {"struct",
                         Group::Kernel,
                         "the layout of a type, or the values of one at an address",
                         kHelpText,
                         R"({"type": "string", "kind": "string", "size": "number",
    "members": "any?", "enumerators": "any?", "holes": "number?", "hole_bytes": "number?",
    "offsets": "bool", "address": "hex?", "value": "any?"})",
                         declare,
                         text,
                         Completes::Types};

} // namespace pagelab::shell
