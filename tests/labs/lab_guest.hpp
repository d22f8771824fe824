// A guest with all labs' modules at hand, and the stock of what it holds of memory.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "tests/session/live_guest.hpp"

namespace pagelab::labs {

struct Setting {
    std::string arch; // x86_64 or i686
    unsigned cpus;
    std::string allocator; // slub, slab or slob
    uint64_t seed = 0;
};

// All of images/labs and tests/labs/students, built once for each architecture, from copies, by
// `pagelab module build`.
std::vector<std::filesystem::path> const& built_labs(std::string const& arch);
std::filesystem::path built_lab(std::string const& arch, std::string const& module);

// The host's count, from raw memory. What CPUs keep for themselves is free.
struct Stock {
    uint64_t pages = 0;                      // free, or the slab allocator's
    std::map<std::string, uint64_t> objects; // in use, by cache; SLOB: bytes
    uint64_t areas = 0;                      // of vmalloc

    bool operator==(Stock const&) const = default;
};

// For doctest: objects of caches that have any.
std::ostream& operator<<(std::ostream& out, Stock const& stock);

class LabGuest {
  public:
    explicit LabGuest(Setting const& setting);

    std::string ask(std::string const& line) { return guest_.ask(line); }

    // The log since the last call, line by line, without times.
    std::vector<std::string> take_log();

    // After everything that is given back late has been.
    Stock take_stock();

  private:
    session::LiveGuest guest_;
};

// What a first run leaves in caches (a slab, a chunk of per-CPU memory, a worker that somebody
// needed just then) is not its leak, so it may run a few times; but a leak is one each time.
void check_nothing_is_lost(LabGuest& guest, std::function<void()> const& run);

} // namespace pagelab::labs
