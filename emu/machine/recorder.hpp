// Recorder: stands between a machine and its attendant, and knows what was said when.
//
// All that comes into a machine from outside is what is typed. It is kept with the time at which
// the machine took it; after a return to an earlier moment it is given again at that time, nothing
// is printed twice and nobody is asked, until the time is reached that was the present before.
//
//   typed      a      b     c
//   time   |---+------+-----+------> present
//               ^ go_back            from here to the present all is as it was
//               ^ branch             from here on it is open again
#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "emu/machine/machine.hpp"

namespace pagelab::machine {

// A snapshot, and where its attendant's part stood.
struct Moment {
    Snapshot snapshot;
    uint64_t time_ns = 0;           // since power-on
    uint64_t serial = 0, debug = 0; // bytes printed
    size_t inputs = 0;              // taken
    bool awaited = false;           // the guest waits for someone to type

    uint64_t at() const { return snapshot.engine.instructions; }
};

class Recorder final : public Attendant {
  public:
    // inner outlives this. The machine is the one that has this as its attendant.
    explicit Recorder(Attendant& inner) : inner_(inner) {}
    void attach(Machine& machine) { machine_ = &machine; }

    Moment take();
    // Errors as Machine::restore(). The future of the moment stays what it was.
    Result<> go_back(Moment const& moment);
    // The same, and its future is forgotten.
    Result<> branch(Moment const& moment);
    // What has followed this moment once is forgotten.
    void forget_future();
    // Whether this has been before.
    bool is_past() const { return time() < present_; }
    bool is_awaited() const { return awaited_; }

    void serial_output(uint8_t byte) override;
    void debug_output(uint8_t byte) override;
    std::vector<uint8_t> serial_input(size_t room) override;
    bool take_break() override;
    void guest_waits() override;
    bool attend(std::optional<uint64_t> idle_ns) override;

  private:
    using Time = std::pair<uint64_t, uint64_t>; // instructions, nanoseconds: neither goes back
    struct Input {
        Time when;
        std::vector<uint8_t> bytes; // empty: a BREAK
    };
    struct Printed { // bytes
        uint64_t count = 0, most = 0;
        bool is_new() { return ++count > most; }
        void go_to(uint64_t to)
        {
            most = std::max(most, count);
            count = to;
        }
        void forget() { most = count; }
    };

    Time time() const;
    Input const* due() const; // what was typed at this time
    void record(std::vector<uint8_t> bytes);

    Attendant& inner_;
    Machine* machine_ = nullptr;
    std::vector<Input> inputs_;
    size_t taken_ = 0; // of these
    Time present_;     // the latest that was left
    Printed serial_, debug_;
    bool awaited_ = false;
};

} // namespace pagelab::machine
