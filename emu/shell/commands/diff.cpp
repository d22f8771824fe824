// diff: where two ranges of memory differ, or what two saved moments do.
#include "emu/shell/address_space.hpp"
#include "emu/shell/cap.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/memory_words.hpp"
#include "emu/shell/moment_diff.hpp"
#include "emu/shell/text_table.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Bytes at the same offset are compared; neighbours that differ are one line.

  A   .......###..............##....
             |||              ||
  B   .......YYY..............YY....   ->  +7: 3 bytes   +24: 2 bytes

Without a SIZE, A and B are names that `save` was given, or "now": what the kernel has allocated,
freed, split and merged between them.

EXAMPLES
  diff booted now
  diff 0xffff888000100000 0xffff888000200000 4K
  diff -p 0x100000 0x200000 1M
)";

constexpr char kShape[] = R"({"space": "string?", "more": "bool?", "different_bytes": "number?",
    "compared": "number?", "differences": {"?": [{"offset": "hex", "a": "hex", "b": "hex",
        "size": "number", "bytes_a": "string", "bytes_b": "string"}]},
    "moments": {"?": {"before": "string", "after": "string",
        "instructions": "number",
        "zones": [{"name": "string", "free_before": "number", "free_after": "number",
            "allocated": "number", "freed": "number", "split": "number", "merged": "number",
            "orders": [{"order": "number", "before": "number", "after": "number"}]}],
        "caches": [{"name": "string", "objects_before": "number", "objects_after": "number",
            "slabs_before": "number", "slabs_after": "number"}],
        "areas": [{"change": "string", "start": "hex", "size": "number", "caller": "string?"}],
        "tasks": [{"change": "string", "pid": "number", "comm": "string"}],
        "page_tables": {"mapped_before": "number", "mapped_after": "number",
            "tables_before": "number", "tables_after": "number"}}}})";

constexpr size_t kShown = 16;

struct Question {
    std::string a, b, size;
    bool physical = false;
    std::shared_ptr<uint64_t> cap;
};

struct Difference {
    uint64_t offset = 0;
    std::vector<std::byte> a, b; // the first kShown
    uint64_t size = 0;
};

// Differences in the order of their offsets, each as long as it goes on.
class Differences {
  public:
    explicit Differences(uint64_t cap) : cap_(cap) {}

    void add(uint64_t offset, std::span<std::byte const> a, std::span<std::byte const> b)
    {
        if (std::ranges::equal(a, b))
            return;
        for (size_t i = 0; i < a.size(); ++i)
            if (a[i] != b[i])
                add_byte(offset + i, a[i], b[i]);
    }
    std::vector<Difference> const& all() const { return all_; }
    uint64_t bytes() const { return bytes_; }
    bool more() const { return more_; }

  private:
    void add_byte(uint64_t offset, std::byte a, std::byte b)
    {
        ++bytes_;
        bool const goes_on = offset == next_ && bytes_ != 1;
        next_ = offset + 1;
        if (more_ || (!goes_on && is_beyond(cap_, all_.size()))) {
            more_ = true;
            return;
        }
        if (!goes_on)
            all_.push_back({offset, {}, {}, 0});
        Difference& difference = all_.back();
        ++difference.size;
        if (difference.a.size() == kShown)
            return;
        difference.a.push_back(a);
        difference.b.push_back(b);
    }

    uint64_t cap_;
    std::vector<Difference> all_;
    uint64_t bytes_ = 0;
    uint64_t next_ = 0;
    bool more_ = false;
};

Result<Json> read(Session& session, Question const& question)
{
    if (question.size.empty())
        return Json{{"moments", TRY(diff_moments(session, question.a, question.b))}};
    uint64_t const a = TRY(session.evaluate(question.a));
    uint64_t const b = TRY(session.evaluate(question.b));
    uint64_t const size = TRY(parse_length(session, question.size));
    AddressSpace const space(session.target(),
                             question.physical ? Space::Physical : Space::Virtual);
    Differences differences(*question.cap);
    for (uint64_t done = 0; done < size;) {
        TRY(session.progress().step(done, size));
        auto const bytes_a = TRY(space.bytes_at(space.advance(a, done)));
        auto const bytes_b = TRY(space.bytes_at(space.advance(b, done)));
        uint64_t const part = std::min(
            {uint64_t{bytes_a.size()}, uint64_t{bytes_b.size()}, size - done, uint64_t{1} << 20});
        differences.add(done, bytes_a.first(part), bytes_b.first(part));
        done += part;
    }
    Json rows = Json::array();
    for (Difference const& difference : differences.all())
        rows.push_back({{"offset", hex(difference.offset)},
                        {"a", hex(space.advance(a, difference.offset))},
                        {"b", hex(space.advance(b, difference.offset))},
                        {"size", difference.size},
                        {"bytes_a", bytes_text(difference.a)},
                        {"bytes_b", bytes_text(difference.b)}});
    return Json{{"space", name(space.space())},
                {"differences", std::move(rows)},
                {"more", differences.more()},
                {"different_bytes", differences.bytes()},
                {"compared", size}};
}

Reader declare(CLI::App& arguments)
{
    auto const question = std::make_shared<Question>();
    question->cap = add_cap(arguments, 100);
    arguments.add_option("A", question->a, "one range, or moment")->required();
    arguments.add_option("B", question->b, "the other")->default_val("now");
    arguments.add_option("SIZE", question->size, "bytes of each range");
    arguments.add_flag("-p,--physical", question->physical, "physical addresses");
    return [question](Session& session) { return read(session, *question); };
}

std::string text(Json const& document)
{
    if (document.contains("moments"))
        return moment_diff_text(document["moments"]);
    TextTable table({{"OFFSET"}, {"A"}, {"B"}, {"SIZE", Align::Right}, {"BYTES"}});
    for (Json const& row : document["differences"])
        table.row({"+" + plain(row["offset"]), plain(row["a"]), plain(row["b"]), plain(row["size"]),
                   plain(row["bytes_a"]) + " | " + plain(row["bytes_b"])});
    std::string result = document["differences"].empty() ? "" : table.text();
    if (document["more"].get<bool>())
        result += "and more: -c N shows N\n";
    return result + fmt::format("{} of {} bytes differ\n", number(document["different_bytes"]),
                                number(document["compared"]));
}

} // namespace

Command const kDiff = {"diff",
                       Group::Memory,
                       "where two ranges of memory differ, or two moments",
                       kHelpText,
                       kShape,
                       declare,
                       text,
                       Completes::Symbols};

} // namespace pagelab::shell
