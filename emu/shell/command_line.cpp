// One pass over the characters.
#include "emu/shell/command_line.hpp"

namespace pagelab::shell {

namespace {

bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

// The word at the front of `rest`, taken off it.
Result<std::string> take_word(std::string_view& rest)
{
    std::string word;
    while (!rest.empty() && !is_blank(rest.front())) {
        char const c = rest.front();
        rest.remove_prefix(1);
        if (c != '\'' && c != '"') {
            word += c;
            continue;
        }
        auto const end = rest.find(c);
        if (end == rest.npos)
            return fail("a {} without its partner", c);
        word += rest.substr(0, end);
        rest.remove_prefix(end + 1);
    }
    return word;
}

void skip_blanks(std::string_view& rest)
{
    while (!rest.empty() && is_blank(rest.front()))
        rest.remove_prefix(1);
}

Result<> take_file(std::string_view& rest, CommandLine& result)
{
    result.append = rest.starts_with(">>");
    rest.remove_prefix(result.append ? 2 : 1);
    skip_blanks(rest);
    result.file = TRY(take_word(rest));
    skip_blanks(rest);
    if (result.file.empty() || !rest.empty())
        return fail("one file name is wanted after >");
    return {};
}

void part_format(std::vector<std::string>& words)
{
    if (words.empty())
        return;
    if (auto const slash = words[0].find('/'); slash != std::string::npos && slash > 0) {
        words.insert(words.begin() + 1, words[0].substr(slash));
        words[0].resize(slash);
    }
}

} // namespace

Result<CommandLine> parse_command_line(std::string_view line)
{
    CommandLine result;
    for (skip_blanks(line); !line.empty() && line.front() != '#'; skip_blanks(line)) {
        if (line.front() == '|') {
            line.remove_prefix(1);
            skip_blanks(line);
            result.pipe = line;
            if (result.pipe.empty())
                return fail("a command is wanted after |");
            break;
        }
        if (line.front() == '>') {
            TRY(take_file(line, result));
            break;
        }
        result.words.push_back(TRY(take_word(line)));
    }
    if (result.words.empty() && !(result.pipe.empty() && result.file.empty()))
        return fail("a command is wanted first");
    part_format(result.words);
    return result;
}

} // namespace pagelab::shell
