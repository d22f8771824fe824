// Session: a target, the table of commands, and where their output goes.
//
// execute() takes a line as typed; the line editor, batch files and tests all come in here. What a
// command finds wrong is an Error of one line; nothing a guest or a user does ends the process.
#pragma once

#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "emu/guest/c_evaluate.hpp"
#include "emu/guest/modules.hpp"
#include "emu/machine/timeline.hpp"
#include "emu/shell/command.hpp"
#include "emu/shell/event_trace.hpp"
#include "emu/shell/points.hpp"
#include "emu/shell/progress.hpp"
#include "emu/shell/target.hpp"

namespace pagelab::shell {

// Who sits at the live machine's console for the shell.
class Runner {
  public:
    virtual ~Runner() = default;
    // Types a line, if it is not empty, and runs until the guest waits for the next or something
    // stops it. What is printed meanwhile, the line's echo included, is appended.
    virtual Result<machine::Outcome> type(std::string const& line, std::string& printed) = 0;
    // The guest gets the line when it next waits for one.
    virtual void queue(std::string const& line) = 0;
    // Lets `advance` run the machine, the user at the guest's console meanwhile if there is one.
    // Without one, a guest that waits for someone to type has Outcome::Interrupted at once, if that
    // is an end of what is wanted.
    enum class Waiting : uint8_t { Ends, GoesOn };
    using Advance = std::function<machine::Outcome(machine::Machine&)>;
    virtual Result<machine::Outcome> run(Advance const& advance, Waiting waiting) = 0;
    // Stops of either that this is true of are passed over; empty: none.
    using PassOver = std::function<bool(machine::Machine&)>;
    virtual void pass_over(PassOver stops) = 0;
    // Between the machine and its console.
    virtual machine::Recorder& recorder() = 0;
    // The machine has gone to another moment: whether the guest waits there for a line.
    virtual void moved(bool awaited) = 0;
};

class Session {
  public:
    // runner: of a live target, else null. out: where text goes. Both outlive the session.
    Session(Target& target, Runner* runner, std::FILE* out);
    ~Session();
    Session(Session const&) = delete;
    Session& operator=(Session const&) = delete;

    // One line. An empty one does nothing.
    Result<> execute(std::string_view line);
    // The same, as a document, which is checked against the command's shape. No pipes or files.
    Result<Json> read(std::string_view line);

    // Whether `quit` was said.
    bool is_over() const { return over_; }
    void end() { over_ = true; }
    // All commands print JSON, not text.
    void use_json(bool always) { json_ = always; }

    Target& target() { return target_; }
    Result<machine::Machine*> machine(); // fails for a target that can only be read
    Result<Runner*> runner();
    Progress& progress() { return progress_; }
    PointTable& points() { return points_; }
    EventTrace& events() { return events_; }
    // By the names that `save` was given.
    using SavedMoments = std::map<std::string, machine::Moment>;
    SavedMoments& saved() { return saved_; }
    // The past that `record` keeps, of a live target.
    Result<machine::Timeline*> timeline();

    // A C expression: "contig_page_data.node_zones[0]", "(struct page*)$rax->flags". As a number:
    // its value; the address of an array, a struct or a function, as in C. So `mem_map` is where
    // the variable points, `&mem_map` where it is.
    Result<guest::CValue> value(std::string const& expression);
    Result<uint64_t> evaluate(std::string const& expression);
    Result<guest::CValues const*> values();
    // "struct page *"
    Result<guest::CTypePtr> type(std::string const& name);
    // "vmalloc+0x12", "f+0x4 [module]"; empty for what no symbol covers.
    std::string symbol_at(uint64_t address);
    // What the memory at a virtual address is, in a line: "free object 3 of kmalloc-64"; or empty.
    std::string identity(uint64_t address);

    Result<guest::ModuleReport const*> modules();

    // Whose stack is looked at: a thread's that does not run, by the stack pointer it saved;
    // nothing: the selected CPU's, and that again when the machine has moved.
    std::optional<uint64_t> thread_stack() const
    {
        return frame_generation_ == target_.generation() ? thread_stack_ : std::nullopt;
    }
    void select_stack(std::optional<uint64_t> saved_sp)
    {
        select_frame(0);
        thread_stack_ = saved_sp;
    }
    // The frame of that stack whose variables expressions may name: its number in
    // `bt`; 0 again when the machine has moved.
    size_t frame() const { return frame_generation_ == target_.generation() ? frame_ : 0; }
    void select_frame(size_t number)
    {
        thread_stack_ = thread_stack();
        frame_ = number;
        frame_generation_ = target_.generation();
    }

    // What could stand at the end of the line.
    std::vector<std::string> complete(std::string_view line);

    // Something derived from the target, made by `make` once for each generation of it.
    template<class T, class Make>
    Result<T const*> derived(Make make)
    {
        static char const key = 0;
        Kept& kept = kept_[&key];
        if (kept.value == nullptr || kept.generation != target_.generation()) {
            kept.value = std::make_shared<T>(TRY(make()));
            kept.generation = target_.generation();
        }
        return static_cast<T const*>(kept.value.get());
    }

  private:
    struct Language { // of one generation
        Language(Session& session, guest::KernelView const& view, guest::CTypes const& types);
        Language(Language const&) = delete; // its parts refer to each other
        guest::CValues values;
        guest::CScope scope;
    };
    Result<Language const*> language();
    Result<guest::CValue> module_symbol(std::string_view name);
    Result<guest::CValue> local(std::string_view name);

    struct Kept {
        std::shared_ptr<void> value;
        uint64_t generation = 0;
    };
    struct Answer {
        Command const* command = nullptr;
        Json document;
        bool json = false;
    };

    Result<Answer> answer(std::vector<std::string> words);
    std::vector<std::string> candidates(Completes kind, std::string_view beginning);
    Result<> print(Answer const& answer, struct CommandLine const& line);

    Target& target_;
    Runner* runner_;
    std::FILE* out_;
    Progress progress_;
    PointTable points_;
    EventTrace events_;
    SavedMoments saved_;
    std::optional<machine::Timeline> timeline_;
    std::map<void const*, Kept> kept_;
    std::optional<uint64_t> thread_stack_;
    size_t frame_ = 0;
    uint64_t frame_generation_ = 0;
    bool over_ = false;
    bool json_ = false;
};

} // namespace pagelab::shell
