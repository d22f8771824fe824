// ptype: the declaration of a type, or of an expression's.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"
#include "emu/shell/type_layout.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(A type as C declares it; with -o where each member is, and the holes between them:

    struct list_head {
        list_head *next;        /*     0     8 */
        list_head *prev;        /*     8     8 */
    };                             |     '- bytes
                                   '- offset
EXAMPLES
  ptype zone
  ptype struct page -o
  ptype contig_page_data.node_zones[0].free_area
  ptype init_task.tasks.next
)";

struct Options {
    std::vector<std::string> words;
    bool offsets = false;
};

Result<Json> read(Session& session, Options const& options)
{
    std::string const text = fmt::format("{}", fmt::join(options.words, " "));
    guest::CTypes const& types = *TRY(session.target().c_types());
    auto type = session.type(text);
    if (!type) {
        auto const value = session.value(text);
        if (!value)
            return std::unexpected(type.error());
        type = value->type;
    }
    Json document = type_layout(types, **type);
    document["offsets"] = options.offsets;
    return document;
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("TYPE", options->words, "type, or expression of which it is")->required();
    arguments.add_flag("-o", options->offsets, "offsets, sizes and holes");
    return [options](Session& session) { return read(session, *options); };
}

std::string text(Json const& document)
{
    return type_text(document, document["offsets"].get<bool>() ? Offsets::Shown : Offsets::Hidden);
}

} // namespace

Command const kPtype = {"ptype",
                        Group::Kernel,
                        "the declaration of a type",
                        kHelpText,
                        R"({"type": "string", "kind": "string", "size": "number",
    "members": "any?", "enumerators": "any?", "holes": "number?", "hole_bytes": "number?",
    "offsets": "bool"})",
                        declare,
                        text,
                        Completes::Types};

} // namespace pagelab::shell
