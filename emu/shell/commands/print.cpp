// print: a C expression's value.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"
#include "emu/shell/value_tree.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(The value of a C expression over the guest's memory, with the types of its debug information:

  contig_page_data . node_zones [0] . free_area [3] . nr_free
  '--- symbol ---'  '-- member --'    '-- array -'   '------ leaf

Operators are C's, with (casts) and sizeof; no calls, no assignment. Further:

  $rax $cr3 $pc      registers of the selected CPU
  zone.name          also where zone is a pointer
  area[0]@3          three elements from area[0] on
  mm::vmap_area      a namespace may be written; it is not looked at

Formats, as gdb's: /x hexadecimal, /d signed, /u unsigned, /o octal, /t binary, /c letter,
/s string, /a address with its symbol. An expression that has a blank before | or >, or a letter
in quotes, needs double quotes around it; one that begins with - needs -- before it.

EXAMPLES
  print contig_page_data.node_zones[0].name
  print/x ((struct page*)mem_map)[5].flags
  print contig_page_data.node_zones[1].free_area[0]@3
  print sizeof(struct page) * max_pfn
  print ((task_struct*)((char*)task_list.next - 0x100))->comm
  print contig_page_data --json | jq .value.nr_zones
)";

constexpr std::string_view kFormats = "xduotcsan";

struct Options {
    std::vector<std::string> words;
    ValueFormat format;
};

// Takes "/x" off the front.
Result<> take_format(Options& options)
{
    if (options.words.empty() || !options.words.front().starts_with('/'))
        return {};
    std::string const format = options.words.front();
    if (format.size() != 2 || kFormats.find(format[1]) == kFormats.npos)
        return fail("'{}' is none of /x /d /u /o /t /c /s /a", format);
    options.format.letter = format[1];
    options.words.erase(options.words.begin());
    return {};
}

Result<Json> read(Session& session, Options options)
{
    TRY(take_format(options));
    std::string const expression = fmt::format("{}", fmt::join(options.words, " "));
    if (expression.empty())
        return fail("an expression is wanted");
    guest::CValue const value = TRY(session.value(expression));
    guest::CValues const& values = *TRY(session.values());
    ValueTree tree(values, options.format,
                   [&](uint64_t address) { return session.symbol_at(address); });
    Json document = {{"expression", expression}, {"type", values.types().spell(*value.type)}};
    if (value.address)
        document["address"] = hex(*value.address);
    document["value"] = tree.tree(value);
    return document;
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("-c", options->format.elements, "elements shown of an array");
    arguments.add_option("EXPR", options->words, "C expression, after /FORMAT if one is wanted")
        ->required();
    return [options](Session& session) { return read(session, *options); };
}

// A pointer's type is shown, as a struct's is known from its members.
std::string text(Json const& document)
{
    std::string const type = plain(document["type"]);
    std::string const value = value_text(document["value"]);
    bool const is_pointer = type.ends_with('*') && !value.ends_with('"');
    return (is_pointer ? fmt::format("({}) {}", type, value) : value) + "\n";
}

} // namespace

Command const kPrint = {"print",
                        Group::Kernel,
                        "the value of a C expression",
                        kHelpText,
                        R"({"expression": "string", "type": "string", "address": "hex?",
    "value": "any"})",
                        declare,
                        text,
                        Completes::Symbols};

} // namespace pagelab::shell
