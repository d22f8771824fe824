// EventTrace: who takes and gives back memory, while it happens.
//
//   entry of slub_alloc  ------>  arguments by the calling convention; an allocation then waits at
//   its return address   ------>  its result                          for its own stack to return
//
// Exact breakpoints of the machine's: nothing in the guest knows, and a traced run is, to the
// instruction, the run that was not. What a traced function calls for the same object is part of
// it: kmalloc's own kmem_cache_alloc is no event; the pages that slabs are made of are.
// Source of the conventions: System V ABI for AMD64, section 3.2.3; GCC's regparm(3) for i386.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "emu/guest/kernel_index.hpp"
#include "emu/machine/machine.hpp"
#include "emu/shell/target.hpp"

namespace pagelab::shell {

struct Event {
    enum class Kind : uint8_t { Slab, Page };

    uint64_t time_ns = 0;
    unsigned cpu = 0;
    bool is_free = false;
    Kind kind = Kind::Slab;
    uint64_t address = 0; // of the object, or of the struct page; 0: refused
    uint64_t size = 0;    // Slab: asked of kmalloc, bytes; 0: not said
    unsigned order = 0;   // Page
    std::string cache;    // Slab: its name; empty: it has none
    uint64_t caller = 0;  // linear
};

// What is recorded; empty: anything.
struct EventFilter {
    std::string cache;
    std::optional<unsigned> order; // pages only
    std::string caller;            // part of the caller's symbol
};

class EventTrace {
  public:
    // Sets the points, and forgets what was recorded. Fails if the kernel has none of the
    // functions.
    Result<> start(machine::Machine& machine, Target& target, EventFilter filter);
    void stop(machine::Machine& machine);
    bool is_on() const { return !points_.empty(); }

    // Whether the machine's stop is one of the trace's own; then it has been taken care of.
    bool take(machine::Machine& machine);

    std::deque<Event> const& events() const { return events_; } // the newest kMaxKept
    uint64_t recorded() const { return recorded_; }
    EventFilter const& filter() const { return filter_; }

    static constexpr size_t kMaxKept = 100'000;

  private:
    struct Function { // numbers are arguments'; -1: none
        char const* name;
        bool is_free;
        Event::Kind kind;
        int address, size, order, caller;
    };
    static Function const kFunctions[];

    struct Waiting {
        Event event;
        uint64_t stack = 0; // where the stack pointer is after the return
    };
    struct Call; // registers and stack at a function's entry

    void enter(Function const& function, Call const& call);
    void leave(Call const& call, uint64_t address);
    void record(Event event);
    std::string cache_of(guest::KernelView const& view, uint64_t object);

    Target* target_ = nullptr;
    std::optional<guest::KernelIndex> index_; // for symbols and the places of pages
    EventFilter filter_;
    std::map<cpu::PointId, Function const*> points_; // null: a return
    std::map<uint64_t, cpu::PointId> returns_;       // by address
    std::vector<Waiting> waiting_;
    std::map<uint64_t, std::string> caches_; // names by address
    std::deque<Event> events_;
    uint64_t recorded_ = 0;
};

} // namespace pagelab::shell
