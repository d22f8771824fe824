// What GDB asks of a machine, packet by packet; and what it is told when the machine has stopped.
//
// The CPUs are threads, numbered from 1. Addresses are virtual, of the CPU that GDB has selected;
// after Qqemu.PhyMemMode:1 memory is read and written by physical ones. Breakpoints and watchpoints
// are the machine's (cpu/debug.hpp): nothing is written into the guest. Software and hardware ones
// are the same. Nothing GDB sends can do more than change the guest: what is not understood is
// answered as the protocol says, with nothing or with an error.
//
// Source: GDB's manual, appendix E (remote protocol); QEMU's gdbstub for packets named after it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "emu/gdb/target_description.hpp"
#include "emu/machine/timeline.hpp"

namespace pagelab::gdb {

// What follows an answer.
enum class Next : uint8_t {
    Wait,     // for the next packet
    Continue, // the machine runs; answer with describe_stop() when it stands
    Step,
    ContinueBack, // the same, into the past
    StepBack,
    Detach, // the machine runs on by itself
    Kill,   // the machine is to end
};

struct Answer {
    std::string text;
    Next next = Next::Wait;
};

class Stub {
  public:
    // Both outlive this. recorder: the machine's attendant, for `monitor record` and what is done
    // in the past it keeps; or null.
    Stub(machine::Machine& machine, Architecture architecture, machine::Recorder* recorder)
        : machine_(machine), architecture_(architecture), recorder_(recorder)
    {
        if (recorder != nullptr)
            timeline_.emplace(machine, *recorder);
    }
    ~Stub() { remove_points(); }
    Stub(Stub const&) = delete;
    Stub& operator=(Stub const&) = delete;

    Answer answer(std::string_view packet);
    // The machine goes on as the last answer said, to its next outcome.
    machine::Outcome go_on(Next next);
    // The stop reply. Of Outcome::Exit: with the guest's status.
    std::string describe_stop(machine::Outcome outcome);

  private:
    enum class Spelling : uint8_t { Hex, Binary };         // of bytes in a packet
    using PointKey = std::tuple<char, uint64_t, uint64_t>; // Z's kind, address, size

    std::string query(std::string_view packet);
    std::string set(std::string_view packet);
    std::string transfer(std::string_view packet) const;
    std::string select_thread(std::string_view packet);
    std::string read_all_registers();
    std::string write_all_registers(std::string_view digits);
    std::string read_one_register(std::string_view packet);
    std::string write_one_register(std::string_view packet);
    std::optional<std::string> read_bytes(std::string_view packet, std::string& error);
    std::string read_memory(std::string_view packet);
    std::string read_binary(std::string_view packet);
    std::string write_memory(std::string_view packet, Spelling spelling);
    static std::optional<PointKey> parse_point(std::string_view packet);
    std::string insert_point(std::string_view packet);
    std::string remove_point(std::string_view packet);
    std::string list_threads() const;
    std::string monitor(std::string_view digits);
    std::string describe_registers();
    std::string describe_memory() const;
    std::string describe_rights();
    std::string examine(std::string_view arguments);
    Answer resume(std::string_view packet);
    Answer resume_back(std::string_view packet);
    Result<> go_back(Next next);
    std::optional<cpu::PointId> point_just_hit() const;
    void forget_future(); // the guest is about to be changed
    std::string record(std::string_view arguments);
    bool is_recording() const { return timeline_ && timeline_->is_on(); }
    void remove_points();

    std::optional<PhysAddr> translate(uint64_t address);
    bool read(uint64_t address, std::span<std::byte> out);

    machine::Machine& machine_;
    Architecture architecture_;
    std::map<PointKey, cpu::PointId> points_;
    unsigned cpu_ = 0; // selected for registers and memory
    bool physical_ = false;
    machine::Recorder* recorder_;
    std::optional<machine::Timeline> timeline_;
    cpu::DebugStop stop_;     // the last
    uint64_t stop_at_ = 0;    // where the machine stood then, by instructions
    bool at_begin_ = false;   // of the record: it goes no further back
    unsigned step_flags_ = 7; // QEMU's: 1 always, 2 without interrupts, 4 without timers
};

} // namespace pagelab::gdb
