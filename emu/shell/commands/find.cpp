// find: where memory holds a value, a text, bytes, or a pointer into an object.
#include "emu/mem/byte_search.hpp"
#include "emu/mem/touched_pages.hpp"
#include "emu/mmu/page_tables.hpp"
#include "emu/shell/address_space.hpp"
#include "emu/shell/cap.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/memory_words.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Virtual memory is searched page by page, as mapped; with -p all physical memory.

  find /w VALUE     words of that width (/b /h /w /g, else a pointer's), where they are aligned
  -m MASK           bits set in MASK may be anything     ....VVVV ignore MMMM
  --refs ADDR SIZE  aligned pointers to any byte of an object:

     pointer -----------------.
     pointer ----.            v
                 [ ADDR ... object ... ADDR+SIZE )       who still refers to it?

A direct map shows all of RAM, so what is found there may be found at other addresses too.
Pages of RAM that the guest never touched are zero and are not read.

EXAMPLES
  find 0xdeadbeef -p
  find /w 0x4d5a0000 -m 0xffff
  find -s 'Linux version'
  find --bytes '55 48 89 e5' --range _text _etext
  find --refs 0xffff888000100000 64 -c 20
)";

struct Question {
    std::vector<std::string> value; // [/UNIT] VALUE
    std::string text, bytes, mask;
    std::vector<std::string> refs, range;
    bool physical = false;
    bool unaligned = false;
    std::shared_ptr<uint64_t> cap;
};

constexpr size_t kMaxPattern = 4096;

unsigned pointer_bytes(Session& session)
{
    return mmu::level_count(mmu::paging_mode(session.target().context())) >= 4 ? 8 : 4;
}

Result<mem::SearchPattern> bytes_pattern(std::vector<std::byte> bytes)
{
    mem::SearchPattern pattern;
    pattern.bytes = std::move(bytes);
    if (pattern.bytes.empty() || pattern.bytes.size() > kMaxPattern)
        return fail("1 to {} bytes can be searched for", kMaxPattern);
    return pattern;
}

Result<mem::SearchPattern> word_pattern(Session& session, Question const& question)
{
    using Kind = mem::SearchPattern::Kind;
    mem::SearchPattern pattern;
    pattern.kind = question.refs.empty() ? Kind::Word : Kind::Into;
    pattern.aligned = !question.unaligned;
    pattern.width = pointer_bytes(session);
    if (!question.refs.empty()) {
        pattern.value = TRY(session.evaluate(question.refs[0]));
        pattern.size = TRY(parse_length(session, question.refs[1]));
        return pattern;
    }
    bool const has_unit = question.value.front().starts_with('/');
    if (has_unit == (question.value.size() == 1))
        return fail("what is wanted: [/UNIT] VALUE");
    if (has_unit)
        pattern.width = TRY(parse_unit(question.value.front()));
    pattern.value = TRY(value_that_fits(session, question.value.back(), pattern.width));
    if (!question.mask.empty())
        pattern.ignore = TRY(session.evaluate(question.mask));
    return pattern;
}

Result<mem::SearchPattern> parse_pattern(Session& session, Question const& question)
{
    int const kinds = !question.value.empty() + !question.text.empty() + !question.bytes.empty() +
                      !question.refs.empty();
    if (kinds != 1)
        return fail("one thing is searched for: a value, -s, --bytes or --refs");
    if (!question.text.empty()) {
        auto const bytes = std::as_bytes(std::span(question.text));
        return bytes_pattern({bytes.begin(), bytes.end()});
    }
    if (!question.bytes.empty())
        return bytes_pattern(TRY(parse_bytes(question.bytes)));
    return word_pattern(session, question);
}

// All memory of one kind of address that is within a range, given to a search.
class Sweep {
  public:
    Sweep(Session& session, mem::ByteSearch& search, uint64_t first, uint64_t last)
        : session_(session), memory_(session.target().memory()), search_(search), first_(first),
          last_(last)
    {
    }

    void physical()
    {
        for (mem::Region const& region : memory_.regions()) {
            uint64_t const from = std::max(region.base.value, first_);
            uint64_t const to = std::min(region.end().value - 1, last_);
            if (from <= to && !host(from, memory_.host_span(PhysAddr(from)).first(to - from + 1)))
                return;
        }
    }

    void mapped()
    {
        mmu::Selection selection;
        selection.first = VirtAddr(first_);
        selection.last = VirtAddr(last_);
        selection.keep_going = [&] { return goes_on(); };
        mmu::read_page_tables(session_.target().context(), memory_, selection,
                              [&](mmu::PageRun const& run) { return run_of_pages(run); });
    }

    uint64_t bytes() const { return bytes_; }

  private:
    bool goes_on() { return session_.progress().step(bytes_, 0).has_value(); }

    bool run_of_pages(mmu::PageRun const& run)
    {
        uint64_t const pieces = run.frames == mmu::Frames::Same ? run.pages : 1;
        uint64_t const size = run.size() / pieces;
        for (uint64_t i = 0; i < pieces; ++i)
            if (!frames((run.start + i * size).value, run.physical, size))
                return false;
        return true;
    }

    // Contiguous physical memory at a virtual address, without the holes in it.
    bool frames(uint64_t address, PhysAddr physical, uint64_t size)
    {
        uint64_t const skip = first_ > address ? first_ - address : 0;
        if (skip >= size)
            return true;
        uint64_t const end = size - 1 > last_ - address ? last_ - address + 1 : size;
        for (uint64_t done = skip; done < end;) {
            auto piece = memory_.host_span(physical + done);
            if (piece.empty()) {
                done += kPageSize - (physical + done).page_offset();
                continue;
            }
            piece = piece.first(std::min<uint64_t>(piece.size(), end - done));
            if (!host(address + done, piece))
                return false;
            done += piece.size();
        }
        return true;
    }

    // In parts, so that it can be interrupted. Those of more than a page begin at one.
    bool host(uint64_t address, std::span<std::byte> bytes)
    {
        constexpr size_t kPart = 16 << 20;
        while (!bytes.empty()) {
            size_t const head = (kPageSize - reinterpret_cast<uintptr_t>(bytes.data()) % kPageSize);
            bool const is_aligned = head == kPageSize;
            auto const part = bytes.first(std::min(bytes.size(), is_aligned ? kPart : head));
            bool const fed =
                part.size() <= kPageSize ? search_.feed(address, part) : touched(address, part);
            bytes_ += part.size();
            if (!fed || !goes_on())
                return false;
            address += part.size();
            bytes = bytes.subspan(part.size());
        }
        return true;
    }

    bool touched(uint64_t address, std::span<std::byte> part)
    {
        if (session_.target().machine() == nullptr)
            return search_.feed(address, part); // a file's bytes are there before they are touched
        return mem::for_each_touched(part, [&](std::span<std::byte> run, bool is_touched) {
            uint64_t const at = address + static_cast<uint64_t>(run.data() - part.data());
            return is_touched ? search_.feed(at, run) : search_.feed_zeros(at, run.size());
        });
    }

    Session& session_;
    mem::PhysicalMemory& memory_;
    mem::ByteSearch& search_;
    uint64_t first_, last_;
    uint64_t bytes_ = 0;
};

Result<Json> read(Session& session, Question const& question)
{
    mem::SearchPattern const pattern = TRY(parse_pattern(session, question));
    bool const has_range = !question.range.empty();
    uint64_t const first = has_range ? TRY(session.evaluate(question.range[0])) : 0;
    uint64_t const last = has_range ? TRY(session.evaluate(question.range[1])) : ~uint64_t{0};
    if (first > last)
        return fail("the range ends before it begins");
    AddressSpace const space(session.target(),
                             question.physical ? Space::Physical : Space::Virtual);
    Json matches = Json::array();
    bool more = false;
    auto const found = [&](uint64_t address) {
        more = is_beyond(*question.cap, matches.size());
        if (more)
            return false;
        Json match = {{"address", hex(address)}};
        if (auto const physical = space.physical(address); physical && !question.physical)
            match["physical"] = hex(*physical);
        std::vector<std::byte> bytes(pattern.width);
        if (pattern.kind != mem::SearchPattern::Kind::Bytes && space.read(address, bytes)) {
            uint64_t value = 0;
            std::memcpy(&value, bytes.data(), bytes.size());
            match["value"] = hex(value);
        }
        matches.push_back(std::move(match));
        return true;
    };
    mem::ByteSearch search(pattern, found);
    Sweep sweep(session, search, first, last);
    question.physical ? sweep.physical() : sweep.mapped();
    if (Progress::is_interrupted())
        return fail("interrupted");
    return Json{{"space", name(space.space())},
                {"matches", std::move(matches)},
                {"more", more},
                {"searched", sweep.bytes()}};
}

Reader declare(CLI::App& arguments)
{
    auto const question = std::make_shared<Question>();
    question->cap = add_cap(arguments, 100);
    arguments.add_option("VALUE", question->value, "a unit (/b /h /w /g), and a value")
        ->expected(1, 2);
    arguments.add_option("-s,--string", question->text, "a text");
    arguments.add_option("--bytes", question->bytes, "bytes, as pairs of hexadecimal digits");
    arguments.add_option("--refs", question->refs, "pointers into an object")
        ->expected(2)
        ->type_name("ADDR SIZE");
    arguments.add_option("-m,--mask", question->mask, "bits of the value that may be anything");
    arguments.add_option("--range", question->range, "only from one address to another")
        ->expected(2)
        ->type_name("FIRST LAST");
    arguments.add_flag("-p,--physical", question->physical, "in physical memory");
    arguments.add_flag("--unaligned", question->unaligned, "words at any address");
    return [question](Session& session) { return read(session, *question); };
}

std::string text(Json const& document)
{
    std::string result;
    for (Json const& match : document["matches"]) {
        result += plain(match["address"]);
        if (match.contains("value"))
            result += ": " + plain(match["value"]);
        if (match.contains("physical"))
            result += "  (physical " + plain(match["physical"]) + ")";
        result += "\n";
    }
    return result + fmt::format("{}{} found in {} MiB of {} memory\n",
                                document["more"].get<bool>() ? "more than " : "",
                                document["matches"].size(), number(document["searched"]) >> 20,
                                plain(document["space"]));
}

} // namespace

Command const kFind = {"find",
                       Group::Memory,
                       "where memory holds a value, a text, or a pointer to something",
                       kHelpText,
                       R"({"space": "string", "more": "bool", "searched": "number",
    "matches": [{"address": "hex", "physical": "hex?", "value": "hex?"}]})",
                       declare,
                       text,
                       Completes::Symbols};

} // namespace pagelab::shell
