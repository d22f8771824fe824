// Album: the memory of a guest at one or more moments, as runs of equal pages.
//
// A page is an entry of a table that all moments share; a moment is a list of runs along the
// positions of guest::FrameMap. What is as it was in the moment before is kUnchanged, so that a
// moment costs what happened since. Names are the guest's own bytes: writers of files must escape
// them.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "emu/guest/frame_map.hpp"

namespace pagelab::picture {

struct Entry {
    guest::Use use = guest::Use::Absent;
    std::string zone; // empty: in none
    uint8_t order = 0;
    uint8_t type = 0;
    std::string cache;
    std::string owner;
    uint64_t pages = 0; // in all moments together
};

class Album {
  public:
    static constexpr uint32_t kUnchanged = 0;

    struct Run {
        uint32_t entry = kUnchanged; // number in entries, plus one
        uint64_t pages = 0;
    };
    struct Moment {
        std::string title; // "1.234567 s"
        std::vector<Run> runs;
    };

    // Fails if it has other memory than the moments before it.
    Result<> add(std::string title, guest::FrameMap const& map);

    std::vector<Entry> const& entries() const { return entries_; }
    std::vector<Moment> const& moments() const { return moments_; }
    // Of the last moment: the number of each position's entry.
    std::vector<uint32_t> const& last() const { return last_; }
    std::vector<guest::FrameMap::Range> const& ranges() const { return ranges_; }
    guest::DirectMap const& direct() const { return direct_; }

  private:
    uint32_t intern(guest::FrameMap const& map, guest::FrameUse const& frame);

    std::vector<Entry> entries_;
    std::unordered_map<std::string, uint32_t> numbers_; // by all that makes an entry
    std::vector<Moment> moments_;
    std::vector<uint32_t> last_;
    std::vector<guest::FrameMap::Range> ranges_;
    guest::DirectMap direct_;
};

} // namespace pagelab::picture
