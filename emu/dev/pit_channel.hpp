// One counter of an 8254: its mode, its count and its OUT pin as functions of the tick number.
//
// Ticks are periods of the 1,193,182 Hz input since reset; every member with a `now` expects one
// not less than the last. Nothing runs between calls: the counter remembers the tick at which
// its count was loaded, and the present count and OUT follow from the difference.
//
// Source: Intel 8254 data sheet (231164): mode definitions, Read-Back command, minimum counts.
// Plain data: copy it to save it.
#pragma once

#include <cstdint>
#include <optional>

namespace pagelab::dev {

class PitChannel {
  public:
    // Control word for this counter, bits 5:0: access, mode, BCD. Access 0 latches the count.
    void write_control(uint8_t control, uint64_t now);

    // Read-back command: what to hold for the next reads; bit 5 clear = count, bit 4 clear =
    // status.
    void read_back(uint8_t command, uint64_t now);

    void write_count(uint8_t value, uint64_t now);
    uint8_t read(uint64_t now);

    void set_gate(bool gate, uint64_t now);
    bool gate() const { return gate_; }

    bool out(uint64_t now) const;

    // The tick at which OUT next changes if nobody writes; nothing if never.
    std::optional<uint64_t> next_change(uint64_t now) const;

    // A count written in modes 2 and 3 waits for the end of the period: take it if that has come.
    // Called by every member that changes the counter, and to be called before asking.
    void settle(uint64_t now);

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(control_, mode_, gate_, state_, count_, origin_, held_, written_, reload_,
                null_count_, write_low_, read_high_next_, latched_count_, latched_status_);
    }

  private:
    // Armed: a count is there, the gate's rising edge is not. Held: the gate fell during the count.
    enum class State : uint8_t { Idle, Armed, Running, Held };

    bool is_periodic() const { return mode_ == 2 || mode_ == 3; }
    bool is_triggered() const { return mode_ == 1 || mode_ == 5; }
    uint64_t elapsed(uint64_t now) const;
    uint32_t high_ticks() const;
    uint16_t present_count(uint64_t now) const;
    uint8_t status(uint64_t now) const;
    void load(uint32_t count, uint64_t now);
    void start(uint64_t now);

    uint8_t control_ = 0x30; // access, mode and BCD as written
    uint8_t mode_ = 0;
    bool gate_ = true;

    State state_ = State::Idle;
    uint32_t count_ = 0x10000;       // what the counter counts down from, 1..65536
    uint64_t origin_ = 0;            // Running: the tick that loaded count_
    uint64_t held_ = 0;              // Held: ticks counted when the gate fell
    uint32_t written_ = 0x10000;     // the count register: what the next load takes
    std::optional<uint64_t> reload_; // modes 2, 3: the end of period at which written_ takes over
    bool null_count_ = true;         // written_ has not been loaded

    std::optional<uint8_t> write_low_; // first byte of two
    bool read_high_next_ = false;
    std::optional<uint16_t> latched_count_;
    std::optional<uint8_t> latched_status_;
};

} // namespace pagelab::dev
