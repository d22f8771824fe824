// One 8259A: eight request inputs, a rotating priority order, nested service.
//
// Source: Intel 8259A data sheet (231468). Departures of the PC's chip sets: each input is edge or
// level triggered by its own ELCR bit (82371SB section 2.6.9); 8080 mode, buffered mode absent.
// Plain data: copy it to save it.
#pragma once

#include <cstdint>
#include <optional>

namespace pagelab::dev {

class I8259 {
  public:
    // fixed_edge: the inputs whose ELCR bit is stuck at 0. cascade: the inputs that are fed by
    // another 8259A (none on a slave).
    I8259(uint8_t fixed_edge, uint8_t cascade) : fixed_edge_(fixed_edge), cascade_(cascade) {}

    void set_input(unsigned input, bool asserted);

    // The input the INT pin is raised for, if it is raised.
    std::optional<unsigned> pending() const;

    // The INTA cycle: the input now in service; nothing if its request went away (spurious).
    std::optional<unsigned> acknowledge();

    // The vector of an input; a spurious interrupt uses input 7's.
    uint8_t vector(unsigned input) const { return static_cast<uint8_t>(vector_base_ + input); }

    // A0 = 0: IRR, ISR or poll byte; initialization (ICW1), end of interrupt (OCW2), modes (OCW3).
    uint8_t read_command();
    void write_command(uint8_t value);

    // A0 = 1: mask (OCW1), or the rest of the initialization sequence (ICW2..ICW4).
    uint8_t read_data();
    void write_data(uint8_t value);

    uint8_t trigger_mode() const { return elcr_; }
    void set_trigger_mode(uint8_t elcr) { elcr_ = static_cast<uint8_t>(elcr & ~fixed_edge_); }

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(inputs_, edges_, mask_, in_service_, elcr_, vector_base_, lowest_, expect_,
                icw4_follows_, single_, all_level_, auto_eoi_, rotate_on_auto_eoi_,
                fully_nested_special_, special_mask_, read_in_service_, poll_next_);
    }

  private:
    enum class Expect : uint8_t { Nothing, Icw2, Icw3, Icw4 };

    uint8_t requests() const;
    std::optional<unsigned> highest(unsigned inputs) const;
    uint8_t poll();
    void initialize(uint8_t icw1);
    void end_or_rotate(uint8_t ocw2);
    void set_modes(uint8_t ocw3);

    uint8_t fixed_edge_;
    uint8_t cascade_;

    uint8_t inputs_ = 0;     // the levels at the pins
    uint8_t edges_ = 0;      // rising edges not yet acknowledged, the input still high
    uint8_t mask_ = 0;       // IMR
    uint8_t in_service_ = 0; // ISR
    uint8_t elcr_ = 0;
    uint8_t vector_base_ = 0;
    uint8_t lowest_ = 7; // the input of lowest priority; the next one up has the highest
    Expect expect_ = Expect::Nothing;
    bool icw4_follows_ = false;
    bool single_ = false;
    bool all_level_ = false; // ICW1.LTIM
    bool auto_eoi_ = false;
    bool rotate_on_auto_eoi_ = false;
    bool fully_nested_special_ = false;
    bool special_mask_ = false;
    bool read_in_service_ = false;
    bool poll_next_ = false;
};

} // namespace pagelab::dev
