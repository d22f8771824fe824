// From a line to a document to what is printed.
#include "emu/shell/session.hpp"

#include <algorithm>

#include "emu/guest/identify.hpp"
#include "emu/shell/command_line.hpp"
#include "emu/shell/command_table.hpp"
#include "emu/shell/kernel_index.hpp"
#include "emu/shell/output.hpp"
#include "emu/shell/shape.hpp"

namespace pagelab::shell {

Session::Session(Target& target, Runner* runner, std::FILE* out)
    : target_(target), runner_(runner), out_(out)
{
    if (runner_ == nullptr)
        return;
    timeline_.emplace(*target_.machine(), runner_->recorder());
    runner_->pass_over([this](machine::Machine& machine) {
        return events_.take(machine) && !points_.has_breakpoint_at(machine.debug_stop().rip);
    });
}

Session::~Session()
{
    if (runner_ != nullptr)
        runner_->pass_over(nullptr);
    if (target_.machine() != nullptr)
        events_.stop(*target_.machine());
}

Result<machine::Machine*> Session::machine()
{
    if (target_.machine() == nullptr)
        return fail("a file can only be read, not run or changed");
    return target_.machine();
}

Result<Runner*> Session::runner()
{
    TRY(machine());
    if (runner_ == nullptr)
        return fail("nobody is at the machine's console");
    return runner_;
}

Result<machine::Timeline*> Session::timeline()
{
    TRY(runner());
    return &*timeline_;
}

std::string Session::identity(uint64_t address)
{
    auto const index = kernel_index(*this);
    auto const kernel = target_.kernel();
    if (!index || !kernel)
        return "";
    auto const page = mmu::translate(target_.context(), target_.memory(), VirtAddr(address), {});
    auto const names = guest::identify(**kernel, **index, VirtAddr(address),
                                       page ? std::optional(page->address) : std::nullopt)
                           .names;
    return names.empty() ? "" : names.front();
}

Result<Session::Answer> Session::answer(std::vector<std::string> words)
{
    Answer result;
    result.command = TRY(find_command(words.front()));
    CLI::App arguments(result.command->summary, result.command->name);
    result.json = json_;
    arguments.add_flag("--json", result.json, "print the document, not text");
    Reader const reader = result.command->declare(arguments);
    words.erase(words.begin());
    std::ranges::reverse(words); // as CLI11 wants them
    try {
        arguments.parse(words);
    } catch (CLI::CallForHelp const&) {
        return answer({"help", result.command->name});
    } catch (CLI::ParseError const& error) {
        return fail("{}: {} (try: help {})", result.command->name, error.what(),
                    result.command->name);
    }
    progress_.begin(result.command->name);
    auto document = reader(*this);
    progress_.end();
    if (!document)
        return fail("{}: {}", result.command->name, document.error().message);
    result.document = std::move(*document);
    return result;
}

Result<> Session::execute(std::string_view line)
{
    CommandLine const parsed = TRY(parse_command_line(line));
    if (parsed.words.empty())
        return {};
    return print(TRY(answer(parsed.words)), parsed);
}

Result<Json> Session::read(std::string_view line)
{
    CommandLine const parsed = TRY(parse_command_line(line));
    if (parsed.words.empty() || !parsed.pipe.empty() || !parsed.file.empty())
        return fail("one command is wanted");
    Answer result = TRY(answer(parsed.words));
    TRY(conforms(result.document, result.command->shape));
    return std::move(result.document);
}

Result<> Session::print(Answer const& answer, CommandLine const& line)
{
    std::string const text =
        answer.json ? answer.document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"
                    : answer.command->text(answer.document);
    if (!line.pipe.empty())
        return write_to_pipe(text, line.pipe, out_);
    if (!line.file.empty())
        return write_to_file(text, line.file, line.append);
    return write_all(text, out_);
}

std::vector<std::string> Session::complete(std::string_view line)
{
    auto const start = line.find_first_not_of(' ');
    auto const last = line.find_last_of(' ');
    if (start == line.npos || last == line.npos || last < start)
        return command_names(start == line.npos ? "" : line.substr(start));
    auto const command = find_command(line.substr(start, line.find_first_of(" /", start) - start));
    if (!command)
        return {};
    return candidates((*command)->completes, line.substr(last + 1));
}

} // namespace pagelab::shell
