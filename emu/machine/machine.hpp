// The PC: memory, processor and devices, and the loop that lets virtual time pass over them.
//
// Virtual time is instructions executed, one nanosecond each, plus the time skipped in HLT and a
// microsecond for each port access and each turn of a loop that waits on the TSC. Several CPUs take
// turns, and then a nanosecond is an instruction of each that runs; a CPU in a PAUSE loop passes
// its turn on, which takes as long as if it had used it. All CPUs read this one time as their TSC.
// Nothing here looks at the host's clock but the limits a caller sets. The same inputs and the same
// seed give the same run, to the instruction.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "emu/cpu/engine.hpp"
#include "emu/dev/fw_cfg.hpp"
#include "emu/machine/chipset.hpp"
#include "emu/machine/config.hpp"
#include "emu/machine/cpu_schedule.hpp"
#include "emu/machine/snapshot.hpp"
#include "emu/machine/virtual_time.hpp"
#include "emu/mem/physical_memory.hpp"

namespace pagelab::machine {

enum class Outcome : uint8_t {
    Exit,        // the guest wrote the exit port; status is what it wrote
    Halted,      // halted with interrupts off: nothing can happen any more
    Reset,       // the guest asked for a reset
    TripleFault, // see engine().last_delivery()
    Failure,     // the CPU library gave up; see engine().failure()
    Interrupted, // Attendant::attend said so
    Stopped,     // for the debugger: see debug_stop()
};

// Who sits at the machine: takes its output, types, and decides when enough is enough.
class Attendant {
  public:
    virtual ~Attendant() = default;
    virtual void serial_output(uint8_t byte) = 0;
    virtual void debug_output(uint8_t byte) = 0;
    // Input for the serial port, at most `room` bytes; empty if there is none now.
    virtual std::vector<uint8_t> serial_input(size_t room) = 0;
    // Whether a BREAK comes on the serial line after what serial_input() gave; true only once.
    virtual bool take_break() { return false; }
    // The guest waits for someone to type: its serial port listens, and it is idle or, if it has
    // flow control, has said that it is ready.
    virtual void guest_waits() = 0;
    // Called now and then while the guest runs, and with the nanoseconds until its next event
    // when it idles. False ends the run with Outcome::Interrupted.
    virtual bool attend(std::optional<uint64_t> idle_ns) = 0;
};

class Machine final : public cpu::Platform, public dev::Clock, private dev::DmaMemory {
  public:
    // rom: the firmware. attendant must outlive the machine.
    static Result<std::unique_ptr<Machine>>
    create(MachineConfig const& config, std::span<std::byte const> rom, Attendant& attendant);

    // From power-on, or where it was left, to the next outcome.
    Outcome run();

    // All of the machine at this moment, between runs. What follows a restore() is what followed
    // then, to the instruction, given the same input; points stay as they are now. Both empty all
    // TLBs, so that this holds for a guest that fails to. They cost as much as what was written
    // since the last of either; that one's pages of RAM are kept. After an Error, which says that
    // the snapshot is of another machine, this one cannot go on.
    Snapshot snapshot();
    Result<> restore(Snapshot const& snapshot);

    // `reached` is called, between two instructions, when that many have been executed and then at
    // each count that it returns; it may take a snapshot. Counts that are past when a run begins
    // are reached at once. Empty: never. The guest does not notice.
    using Milestone = std::function<uint64_t()>;
    void set_milestone(uint64_t instructions, Milestone reached);
    MachineConfig const& config() const { return config_; }

    // Debugging. After Outcome::Stopped the next of these goes on as if there had been no stop: the
    // guest and the count of instructions never show one. Points (cpu/debug.hpp) are all CPUs'.
    //
    // One instruction of the CPU that was current when it was called, others taking their turns.
    Outcome step(cpu::StepInterrupts interrupts = cpu::StepInterrupts::Taken);
    // Until that many have been executed since power-on.
    Outcome run_until(uint64_t instructions);
    // Until stopped for something that the condition is true of.
    Outcome run_until(std::function<bool(cpu::DebugStop const&)> const& condition);
    // From any thread or signal handler: the run ends soon with DebugStop::Reason::Requested.
    void request_stop() noexcept { stop_requested_ = true; }
    cpu::DebugStop const& debug_stop() const { return debug_stop_; }
    Result<cpu::PointId> add_point(cpu::DebugPoint const& point)
    {
        return engine_->add_point(point);
    }
    bool remove_point(cpu::PointId id) { return engine_->remove_point(id); }
    unsigned cpus() const { return schedule_.size(); }
    unsigned current_cpu() const { return cpu_; }
    Activity activity(unsigned cpu) const { return schedule_.activity(cpu); }
    cpu::CpuRegisters registers(unsigned cpu) { return engine_->registers(cpu); }
    // An Error if no CPU can be in such a state.
    Result<> set_registers(unsigned cpu, cpu::CpuRegisters const& registers)
    {
        return engine_->set_registers(cpu, registers);
    }
    std::vector<cpu::TlbEntry> tlb(unsigned cpu) { return engine_->tlb(cpu); }

    uint32_t exit_status() const { return chipset_->exit_port.status().value_or(0); }
    uint64_t now_ns() const override { return time_.at(engine_->instructions()); }
    cpu::Engine& engine() { return *engine_; }
    mem::PhysicalMemory& memory() { return memory_; }
    mem::PhysicalMemory const& memory() const { return memory_; }
    dev::FwCfg& fw_cfg() { return fw_cfg_; }

    uint32_t port_in(uint16_t port, unsigned bytes) override;
    void port_out(uint16_t port, unsigned bytes, uint32_t value) override;
    uint64_t mmio_read(PhysAddr address, unsigned bytes) override;
    void mmio_write(PhysAddr address, unsigned bytes, uint64_t value) override;
    uint64_t time_stamp() override;

  private:
    Machine(MachineConfig const& config, mem::PhysicalMemory memory, Attendant& attendant);

    bool read(PhysAddr address, std::span<std::byte> out) override;
    bool write(PhysAddr address, std::span<std::byte const> bytes) override;

    template<class Archive>
    void serialize_parts(Archive& archive); // all but RAM and processors
    mem::RamImage const* kept() const { return kept_ ? &*kept_ : nullptr; }
    void keep(mem::RamImage const& ram);
    Outcome run_to(uint64_t instructions, cpu::StepInterrupts interrupts);
    std::optional<Outcome> prepare_run();
    bool stands_at_milestone() const;
    void pass_milestone(cpu::StepInterrupts interrupts);
    Outcome stop_here(cpu::DebugStop::Reason reason);
    std::optional<Outcome> take_requests();
    std::optional<Outcome> choose_cpu();
    void switch_to(unsigned cpu);
    void take_messages();
    bool has_reason_to_wake(unsigned cpu) const;
    bool wake_up();
    bool idle_until_wake_up();
    void give_slice_up();
    void deliver_nmi();
    bool deliver_interrupt();
    void set_deadline();
    void look_at_lines();
    void ask_for_input();
    void feed_serial();
    bool is_stuck(PhysAddr address) const;

    MachineConfig config_;
    mem::PhysicalMemory memory_;
    std::optional<mem::RamImage> kept_; // what RAM is like, but for its dirty pages
    Attendant& attendant_;
    dev::FwCfg fw_cfg_;
    std::unique_ptr<cpu::Engine> engine_;
    std::unique_ptr<Chipset> chipset_;
    VirtualTime time_;
    CpuSchedule schedule_;
    unsigned cpu_ = 0;                  // the engine's
    uint64_t slice_end_ = ~uint64_t{0}; // instruction count; all ones while one CPU runs alone
    uint64_t next_attend_ = 0;          // instruction count at which the attendant is asked again
    bool a20_ = true;
    cpu::DebugStop debug_stop_;
    bool resumes_ = false;              // the engine was stopped on its way
    uint64_t debug_end_ = ~uint64_t{0}; // instruction count
    uint64_t milestone_ = ~uint64_t{0}; // instruction count
    Milestone at_milestone_;
    std::atomic<bool> stop_requested_ = false;
    uint64_t last_stamp_ = 0;      // instruction count at the last RDTSC
    uint64_t last_stamp_step_ = 0; // and from the one before to it
    uint64_t stamp_repeats_ = 0;   // how often that step came in a row
};

} // namespace pagelab::machine
