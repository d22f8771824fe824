// Recursive descent over lines; a level of nesting is two blanks.
#include "tests/guest/ktap.hpp"

#include <algorithm>
#include <charconv>

namespace pagelab {

namespace {

using Tests = std::expected<std::vector<KtapTest>, std::string>;

class Parser {
  public:
    explicit Parser(std::string_view text)
    {
        for (unsigned number = 1; !text.empty(); number++) {
            size_t const end = text.find('\n');
            auto const line = text.substr(0, end);
            if (!line.starts_with('['))
                lines_.push_back({number, line});
            text = end == text.npos ? std::string_view{} : text.substr(end + 1);
        }
    }

    Tests parse()
    {
        Tests tests = level("", "");
        if (tests && at_ < lines_.size())
            return wrong("nothing after the last test");
        return tests;
    }

  private:
    struct Line {
        unsigned number;
        std::string_view text;
    };

    std::unexpected<std::string> wrong(std::string const& expected) const
    {
        if (at_ == lines_.size())
            return std::unexpected("the text ends, expected " + expected);
        return std::unexpected("line " + std::to_string(lines_[at_].number) + ", expected " +
                               expected + ": " + std::string(lines_[at_].text));
    }

    // The rest of the line here if it begins so.
    bool starts_with(std::string const& prefix, std::string_view& rest) const
    {
        if (at_ == lines_.size() || !lines_[at_].text.starts_with(prefix))
            return false;
        rest = lines_[at_].text.substr(prefix.size());
        return true;
    }
    bool is(std::string const& text) const
    {
        return at_ < lines_.size() && lines_[at_].text == text;
    }

    // name: what "# Subtest:" said; empty if it said nothing.
    Tests level(std::string const& indent, std::string_view name)
    {
        std::string_view rest;
        if (!is(indent + "KTAP version 1"))
            return wrong("KTAP version 1");
        at_++;
        if (starts_with(indent + "# Subtest: ", rest)) {
            name = rest;
            at_++;
        }
        unsigned planned = 0;
        if (!starts_with(indent + "1..", rest) || !read_number(rest, planned) || !rest.empty())
            return wrong("a plan");
        at_++;
        std::vector<KtapTest> tests;
        for (unsigned number = 1; number <= planned; number++) {
            auto test = one_test(indent, number);
            if (!test)
                return std::unexpected(test.error());
            tests.push_back(std::move(*test));
        }
        subtest_name_ = name;
        return tests;
    }

    std::expected<KtapTest, std::string> one_test(std::string const& indent, unsigned number)
    {
        KtapTest test;
        std::string_view rest;
        std::string_view name;
        if (is(indent + "  KTAP version 1")) {
            auto subtests = level(indent + "  ", "");
            if (!subtests)
                return std::unexpected(subtests.error());
            test.subtests = std::move(*subtests);
            name = subtest_name_;
        }
        for (; starts_with(indent + "# ", rest); at_++)
            test.diagnostics.emplace_back(rest);
        test.passed = starts_with(indent + "ok ", rest);
        unsigned found = 0;
        if ((!test.passed && !starts_with(indent + "not ok ", rest)) || !read_number(rest, found) ||
            found != number || !rest.starts_with(' '))
            return wrong("the result of test " + std::to_string(number));
        read_name(rest.substr(1), test);
        if (!name.empty() && test.name != name)
            return wrong("the result of " + std::string(name));
        bool const all_passed = std::ranges::all_of(test.subtests, &KtapTest::passed);
        if (!test.subtests.empty() && test.passed != all_passed)
            return wrong("the verdict of the subtests");
        if (!test.passed && test.subtests.empty() && test.diagnostics.empty())
            return wrong("a reason for the failure");
        at_++;
        return test;
    }

    static bool read_number(std::string_view& text, unsigned& number)
    {
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        bool const is_number = error == std::errc{} && !text.starts_with('0');
        text.remove_prefix(static_cast<size_t>(end - text.data()));
        return is_number;
    }

    static void read_name(std::string_view text, KtapTest& test)
    {
        size_t const directive = text.find(" # SKIP");
        test.skipped = directive != text.npos;
        test.name = text.substr(0, directive);
    }

    std::vector<Line> lines_;
    size_t at_ = 0;
    std::string_view subtest_name_; // of the level that ended last
};

} // namespace

std::expected<std::vector<KtapTest>, std::string> parse_ktap(std::string_view text)
{
    return Parser(text).parse();
}

} // namespace pagelab
