// What a snapshot keeps of the processors: as data, for Engine::image() and set_image().
//
// The library's state is kept as its own bytes, which fit another engine of the same version and
// model; the rest is ours. TLBs and translated code are not kept: they are found again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "emu/cpu/exception_delivery.hpp"
#include "emu/mmu/pdptes.hpp"

namespace pagelab::cpu {

struct EngineImage {
    struct Processor {
        std::vector<std::byte> state; // the library's CPUX86State, from the general registers on
        std::optional<mmu::Pdptes> pdptes;

        bool operator==(Processor const&) const = default;
        template<class Archive>
        void serialize(Archive& archive)
        {
            archive(state, pdptes);
        }
    };
    // Where a debugger has stopped, to go on from there as if it had not (debug_state.hpp), and
    // what would have ended the run.
    struct Pause {
        uint64_t deadline = ~uint64_t{0}, slice_end = ~uint64_t{0};
        bool watch_window = false, watch_pause = false;
        bool resuming = false;
        bool pausing = false;
        uint64_t whole_end = ~uint64_t{0};
        std::pair<uint64_t, uint64_t> passed{~uint64_t{0}, 0};
        std::optional<Event> held;
        bool report_held = false;
        std::optional<uint8_t> deferred; // what that stop came before, a Stop

        template<class Archive>
        void serialize(Archive& archive)
        {
            archive(deadline, slice_end, watch_window, watch_pause, resuming, pausing, whole_end,
                    passed, held, report_held, deferred);
        }
    };

    uint64_t instructions = 0; // retired
    unsigned cpu = 0;          // the engine's
    std::vector<Processor> processors;
    Pause pause;

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(instructions, cpu, processors, pause);
    }
};

} // namespace pagelab::cpu
