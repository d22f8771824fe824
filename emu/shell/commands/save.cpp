// save: this moment, by a name.
#include "emu/machine/snapshot_file.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(RAM, processors and devices as they are now; `restore` goes back to it any number of
times. Pages of RAM that have not changed since the last one are shared with it.

  before   [page a][page b][page c]
               |       |       |
  now      [  same ][  new ][ same ]     4 KiB for each page written in between

EXAMPLES
  save booted
  guest 'stress 100000 7'
  restore booted
  save -f booted.snap
)";

struct Options {
    std::string name, file;
};

Result<Json> save_to_file(Session& session, std::string const& file)
{
    Runner* const runner = TRY(session.runner());
    machine::Machine& machine = *TRY(session.machine());
    TRY(machine::write_snapshot(
        file, machine, {session.target().kernel_file().string(), runner->recorder().is_awaited()}));
    return Json{{"name", file}, {"instructions", machine.engine().instructions()}};
}

Result<Json> read(Session& session, Options const& options)
{
    if (options.name.empty() == options.file.empty())
        return fail("a NAME, or -f FILE");
    if (!options.file.empty())
        return save_to_file(session, options.file);
    std::string const& name = options.name;
    machine::Timeline* const timeline = TRY(session.timeline());
    mem::DirtyPages const& dirty = session.target().memory().dirty();
    Json document = {{"name", name}};
    if (!dirty.all())
        document["dirty_pages"] = dirty.pages().size();
    machine::Moment moment = timeline->here();
    document["instructions"] = moment.at();
    session.saved().insert_or_assign(name, std::move(moment));
    return document;
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("NAME", options->name, "what to call it; one of that name is replaced");
    arguments.add_option("-f,--file", options->file,
                         "write it to this file instead, for `pagelab boot --restore FILE`");
    return [options](Session& session) { return read(session, *options); };
}

std::string text(Json const& document)
{
    std::string const dirty =
        document.contains("dirty_pages")
            ? fmt::format(", {} pages written since the last", plain(document["dirty_pages"]))
            : "";
    return fmt::format("{}: instruction {}{}\n", plain(document["name"]),
                       plain(document["instructions"]), dirty);
}

} // namespace

Command const kSave = {"save",
                       Group::Execution,
                       "keep this moment of the machine, to come back to",
                       kHelpText,
                       R"({"name": "string", "instructions": "number", "dirty_pages": "number?"})",
                       declare,
                       text,
                       Completes::Moments};

} // namespace pagelab::shell
