// Points at entries and returns, and what the processor holds there.
#include "emu/shell/event_trace.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "emu/guest/demangle.hpp"

namespace pagelab::shell {

namespace {

using Kind = Event::Kind;

constexpr size_t kMaxWaiting = 4096; // calls that never return: threads that end inside
constexpr size_t kMaxName = 64;
constexpr ptrdiff_t kInner = 16;    // events among which an allocation's own inner ones are
constexpr uint64_t kNesting = 4096; // bytes of stack, between a function and those it calls

// "slub_alloc" of "pagelab::mm::(anonymous namespace)::slub_alloc(...)"; empty for what is not
// mm's.
std::string mm_function(std::string const& symbol)
{
    if (!symbol.starts_with("_ZN"))
        return "";
    std::string name = guest::demangle(symbol);
    constexpr std::string_view kScope = "pagelab::mm::";
    constexpr std::string_view kAnonymous = "(anonymous namespace)::";
    if (!name.starts_with(kScope))
        return "";
    name.erase(0, kScope.size());
    if (name.starts_with(kAnonymous))
        name.erase(0, kAnonymous.size());
    return name.substr(0, name.find('('));
}

} // namespace

struct EventTrace::Call {
    uint64_t time_ns;
    unsigned cpu;
    uint64_t sp;
    unsigned word; // bytes
    std::array<uint64_t, 4> argument;
    uint64_t return_address;
    uint64_t result;

    Call(machine::Machine& machine, guest::KernelView const& view)
        : time_ns(machine.now_ns()), cpu(machine.current_cpu())
    {
        cpu::CpuState const state = machine.engine().state();
        bool const is_long = view.types().pointer_size() == 8;
        word = is_long ? 8 : 4;
        auto const gpr = [&](cpu::Gpr number) {
            return is_long ? state.gpr[number] : state.gpr[number] & 0xffff'ffff;
        };
        auto const stack = [&](unsigned words) {
            return view.read_unsigned(VirtAddr(sp + words * word), word).value_or(0);
        };
        sp = gpr(cpu::Rsp);
        result = gpr(cpu::Rax);
        return_address = stack(0);
        if (is_long)
            argument = {gpr(cpu::Rdi), gpr(cpu::Rsi), gpr(cpu::Rdx), gpr(cpu::Rcx)};
        else
            argument = {gpr(cpu::Rax), gpr(cpu::Rdx), gpr(cpu::Rcx), stack(1)};
    }
};

EventTrace::Function const EventTrace::kFunctions[] = {
    {"slub_alloc", false, Kind::Slab, -1, -1, -1, 2},
    {"slub_kmalloc", false, Kind::Slab, -1, 1, -1, 3},
    {"slub_free", true, Kind::Slab, 1, -1, -1, 2},
    {"slub_kfree", true, Kind::Slab, 1, -1, -1, 2},
    {"slab_array_alloc", false, Kind::Slab, -1, -1, -1, 2},
    {"slab_array_kmalloc", false, Kind::Slab, -1, 1, -1, 3},
    {"slab_array_free", true, Kind::Slab, 1, -1, -1, 2},
    {"slab_array_kfree", true, Kind::Slab, 1, -1, -1, 2},
    {"slob_cache_alloc", false, Kind::Slab, -1, -1, -1, 2},
    {"slob_kmalloc", false, Kind::Slab, -1, 1, -1, 3},
    {"slob_cache_free", true, Kind::Slab, 1, -1, -1, 2},
    {"slob_kfree", true, Kind::Slab, 1, -1, -1, 2},
    {"alloc_pages", false, Kind::Page, -1, -1, 2, -1},
    {"__free_pages", true, Kind::Page, 1, -1, 2, -1},
};

Result<> EventTrace::start(machine::Machine& machine, Target& target, EventFilter filter)
{
    stop(machine);
    guest::KernelView const& view = *TRY(target.kernel());
    index_.emplace(TRY(guest::KernelIndex::build(view)));
    target_ = &target;
    filter_ = std::move(filter);
    events_.clear();
    recorded_ = 0;
    for (std::string const& symbol : view.types().symbol_names()) {
        std::string const name = mm_function(symbol);
        auto const function = std::ranges::find(kFunctions, name, &Function::name);
        if (function == std::end(kFunctions))
            continue;
        uint64_t const address = TRY(view.types().symbol(symbol)).value;
        points_[TRY(machine.add_point(cpu::Breakpoint{cpu::AddressSpace::Virtual, address}))] =
            function;
    }
    if (points_.empty())
        return fail("the kernel has no function of an allocator's to trace");
    return {};
}

void EventTrace::stop(machine::Machine& machine)
{
    for (auto const& [id, function] : points_)
        machine.remove_point(id);
    points_.clear();
    returns_.clear();
    waiting_.clear();
    caches_.clear();
}

bool EventTrace::take(machine::Machine& machine)
{
    auto const point = points_.find(machine.debug_stop().point);
    if (point == points_.end())
        return false;
    target_->moved();
    auto const selected = target_->select_cpu(machine.current_cpu());
    auto const view = target_->kernel();
    if (!selected || !view)
        return true;
    Call const call(machine, **view);
    if (point->second == nullptr) {
        leave(call, call.result);
        return true;
    }
    enter(*point->second, call);
    bool const wants_return = !waiting_.empty() && waiting_.back().stack == call.sp + call.word;
    if (wants_return && !returns_.contains(call.return_address))
        if (auto const id = machine.add_point(
                cpu::Breakpoint{cpu::AddressSpace::Virtual, call.return_address})) {
            returns_[call.return_address] = *id;
            points_[*id] = nullptr;
        }
    return true;
}

void EventTrace::enter(Function const& function, Call const& call)
{
    auto const argument = [&](int number) {
        return number < 0 ? 0 : call.argument[static_cast<size_t>(number)];
    };
    Event event;
    event.time_ns = call.time_ns;
    event.cpu = call.cpu;
    event.is_free = function.is_free;
    event.kind = function.kind;
    event.address = argument(function.address);
    event.size = argument(function.size);
    event.order = static_cast<unsigned>(argument(function.order));
    event.caller = function.caller < 0 ? call.return_address : argument(function.caller);
    // A little further out on the same stack, and of the same thing: this is part of it.
    auto const is_outer = [&](Waiting const& outer) {
        return outer.event.is_free && outer.event.kind == event.kind &&
               outer.event.address == event.address && outer.stack > call.sp &&
               outer.stack - call.sp < kNesting;
    };
    if (function.is_free && std::ranges::none_of(waiting_, is_outer))
        record(event); // while it still is what it was
    if (waiting_.size() >= kMaxWaiting)
        waiting_.erase(waiting_.begin());
    waiting_.push_back({std::move(event), call.sp + call.word});
}

// Innermost first: a tail call returns to the same place as its caller.
void EventTrace::leave(Call const& call, uint64_t address)
{
    for (;;) {
        auto const returned =
            std::ranges::find(waiting_.rbegin(), waiting_.rend(), call.sp, &Waiting::stack);
        if (returned == waiting_.rend())
            return;
        Event event = std::move(returned->event);
        waiting_.erase(std::next(returned).base());
        if (event.is_free)
            continue;
        event.address = address;
        // What a function within this one got for it.
        auto const last = std::ssize(events_) < kInner ? events_.begin() : events_.end() - kInner;
        auto const inner = std::find_if(last, events_.end(), [&](Event const& newer) {
            return newer.kind == event.kind && !newer.is_free && newer.address == address &&
                   newer.time_ns >= event.time_ns;
        });
        if (inner == events_.end())
            record(std::move(event));
        else
            std::tie(inner->size, inner->caller) = std::pair(event.size, event.caller);
    }
}

void EventTrace::record(Event event)
{
    auto const view = target_->kernel();
    if (event.kind == Kind::Slab && view)
        event.cache = cache_of(**view, event.address);
    if (!filter_.cache.empty() && event.cache != filter_.cache)
        return;
    if (filter_.order && (event.kind != Kind::Page || event.order != *filter_.order))
        return;
    if (!filter_.caller.empty()) {
        auto const symbol = index_->symbol_at(VirtAddr(event.caller));
        if (!symbol || symbol->find(filter_.caller) == symbol->npos)
            return;
    }
    ++recorded_;
    events_.push_back(std::move(event));
    if (events_.size() > kMaxKept)
        events_.pop_front();
}

// By the struct page of the object; large objects of kmalloc, and SLOB's, have no cache.
std::string EventTrace::cache_of(guest::KernelView const& view, uint64_t object)
{
    auto const physical = index_->direct.physical_of(VirtAddr(object));
    if (!physical)
        return "";
    VirtAddr page = index_->pages.page_of(phys_to_pfn(*physical));
    if (auto const link = view.read_field(page, "page", "compound_head"); link && *link % 2 != 0)
        page = VirtAddr(*link - 1);
    auto const slab_bit = view.types().constant("PG_slab");
    auto const flags = view.read_field(page, "page", "flags");
    auto const cache = view.read_field(page, "slab", "slab_cache");
    if (!slab_bit || !flags || !cache || (*flags >> (*slab_bit & 63) & 1) == 0)
        return "";
    auto const [known, is_new] = caches_.try_emplace(*cache);
    if (is_new)
        if (auto const name = view.read_field(VirtAddr(*cache), "kmem_cache", "name"))
            known->second = view.read_string(VirtAddr(*name), kMaxName).value_or("");
    return known->second;
}

} // namespace pagelab::shell
