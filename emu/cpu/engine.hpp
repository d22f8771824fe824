// One x86 processor, from the reset vector to long mode, on Unicorn.
//
// The library translates and runs code and walks page tables; this adds what makes it a PC's
// processor: exceptions and interrupts through the guest's IDT, SYSCALL/SYSENTER, HLT, CPUID, the
// time stamp, A20, holes in physical memory, and an exact count of instructions, which is time.
//
// run() goes on until something is due. Between two runs the state may be read and changed. All on
// one thread; to stop from elsewhere set a flag the Platform looks at, never call in.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "emu/cpu/cpu_model.hpp"
#include "emu/cpu/cpu_registers.hpp"
#include "emu/cpu/cpu_state.hpp"
#include "emu/cpu/debug.hpp"
#include "emu/cpu/engine_image.hpp"
#include "emu/cpu/exception_delivery.hpp"
#include "emu/cpu/platform.hpp"
#include "emu/cpu/tlb_entry.hpp"
#include "emu/mem/physical_memory.hpp"

namespace pagelab::cpu {

enum class Stop : uint8_t {
    Deadline,        // the instruction count has reached the deadline
    SliceEnd,        // it is that of set_slice_end()
    Pause,           // a PAUSE has been executed, as watch_pause() asked
    InterruptWindow, // a watched-for interrupt can be delivered now
    Halt,            // HLT; RIP is after it
    Requested,       // request_stop()
    Debug,           // see debug_stop(); the next run() goes on as if there had been no stop
    TripleFault,     // see last_delivery()
    Failure,         // the library gave up; see failure()
};

struct EngineOptions {
    CpuModel model;
    // Pages of RAM whose accesses go to Platform::mmio_* instead of memory; page starts.
    std::vector<PhysAddr> trapped_pages;
    unsigned cpus = 1; // 1..255 processors, one of which is the engine's at a time
};

struct EngineStatistics {
    uint64_t blocks = 0;
    uint64_t block_calls = 0;               // of these, counted by callback and not in place
    uint64_t short_accesses = 0;            // loads and stores in translated code, made shorter
    uint64_t switches = 0;                  // from one processor to another
    uint64_t translations = 0;              // of blocks: one when a block first runs
    std::array<uint64_t, 256> exceptions{}; // by vector, raised by instructions
    std::array<uint64_t, 256> interrupts{}; // by vector, external
};

class Engine {
  public:
    // memory and platform must outlive the engine; their addresses are given to the library.
    static Result<std::unique_ptr<Engine>> create(EngineOptions const& options,
                                                  mem::PhysicalMemory& memory, Platform& platform);
    virtual ~Engine() = default;

    // All processors are in power-on state at first, and the engine is number 0: state, TLB and
    // all below is that one's, but for counts, A20 and translated code. Between runs.
    virtual void switch_to(unsigned cpu) = 0;

    // Power-on state (SDM vol. 3, table 9-1): real mode, CS base 0xffff0000, IP 0xfff0.
    virtual void reset() = 0;
    virtual Stop run() = 0;

    // Instructions retired since creation. Exact, also from within a Platform call.
    virtual uint64_t instructions() const = 0;
    // run() returns with Stop::Deadline at the first block boundary at or after this count.
    virtual void set_deadline(uint64_t instructions) = 0;
    // run() returns with Stop::SliceEnd when exactly as many have retired, also within a block.
    virtual void set_slice_end(uint64_t instructions) = 0;
    // While set, run() returns with Stop::Pause after a PAUSE in a loop.
    virtual void watch_pause(bool watch) = 0;
    // While set, run() returns with Stop::InterruptWindow at the first boundary where an external
    // interrupt could be taken.
    virtual void watch_interrupt_window(bool watch) = 0;
    // From a Platform call: leave run() at the next block boundary.
    virtual void request_stop() = 0;

    virtual bool can_interrupt() = 0;                        // IF set and no shadow; between runs
    virtual bool interrupts_enabled() = 0;                   // IF alone
    virtual void interrupt(uint8_t vector) = 0;              // external; between runs
    virtual bool can_take_nmi() = 0;                         // no NMI being served, no shadow
    virtual void non_maskable_interrupt() = 0;               // vector 2; between runs
    virtual void set_a20(bool enabled) = 0;                  // between runs
    virtual void discard_code(PhysAddr, uint64_t bytes) = 0; // the host has written there; any time

    virtual CpuState state() = 0;
    virtual void set_state(CpuState const& state) = 0; // not CR0, CR3, CR4, EFER

    // Between runs: all processors, their count and where they stand; memory is not of it. What
    // follows a set_image() is what followed the image(). An Error, and nothing done, if it is of
    // another kind of machine. discard_code() is still to be called for memory that changes.
    virtual EngineImage image() const = 0;
    virtual Result<> set_image(EngineImage const& image) = 0;
    // memory.dirty() has been cleared: the next store to each page marks it again. All TLBs are
    // empty then, as they are after set_image(), which does this too. Between runs.
    virtual void watch_writes() = 0;

    // The debugger's (debug.hpp), between runs. Points are all processors'. An Error where the
    // library does not offer what is asked for.
    virtual Result<PointId> add_point(DebugPoint const& point) = 0;
    virtual bool remove_point(PointId id) = 0;
    // run() returns with Stop::Debug when exactly as many have retired, which takes precedence over
    // the other ends. Held: it does not look at those, nor for interrupts, before.
    virtual void set_debug_end(uint64_t instructions, StepInterrupts interrupts) = 0;
    virtual DebugStop const& debug_stop() const = 0;
    // The next run() stops at a breakpoint here, as if it had not just stopped here.
    virtual void forget_debug_stop() = 0;
    // Of any processor, wherever the engine is. TLB: none if this library hides it.
    virtual CpuRegisters registers(unsigned cpu) = 0;
    virtual Result<> set_registers(unsigned cpu, CpuRegisters const& registers) = 0;
    virtual std::vector<TlbEntry> tlb(unsigned cpu) = 0;

    virtual EngineStatistics const& statistics() = 0;
    virtual DeliveryOutcome const& last_delivery() const = 0;
    virtual std::string const& failure() const = 0;
};

} // namespace pagelab::cpu
