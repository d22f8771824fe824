// Runs of pages that are alike, by what they are and what they were.
#include "emu/picture/album.hpp"

#include <algorithm>
#include <bit>

namespace pagelab::picture {

namespace {

std::string text_at(std::vector<std::string> const& texts, size_t number)
{
    return number < texts.size() ? texts[number] : "";
}

} // namespace

uint32_t Album::intern(guest::FrameMap const& map, guest::FrameUse const& frame)
{
    Entry entry{frame.use,  text_at(map.zones, frame.zone),  frame.order,
                frame.type, text_at(map.names, frame.cache), text_at(map.names, frame.owner)};
    auto const key = fmt::format("{} {} {} {}\1{}\1{}", static_cast<int>(entry.use), entry.order,
                                 entry.type, entry.zone, entry.cache, entry.owner);
    auto const [found, is_new] = numbers_.try_emplace(key, entries_.size());
    if (is_new)
        entries_.push_back(std::move(entry));
    return found->second;
}

Result<> Album::add(std::string title, guest::FrameMap const& map)
{
    if (!moments_.empty() && map.frames.size() != last_.size())
        return fail("the guest's memory has changed its size");
    ranges_ = map.ranges;
    direct_ = map.direct;
    bool const is_first = moments_.empty();
    last_.resize(map.frames.size());
    std::unordered_map<uint64_t, uint32_t> known; // of this map
    std::vector<Run> runs;
    guest::FrameUse before;
    uint32_t entry = intern(map, before);
    for (size_t i = 0; i < map.frames.size(); ++i) {
        guest::FrameUse const& frame = map.frames[i];
        if (frame != before) {
            before = frame;
            auto const [found, is_new] = known.try_emplace(std::bit_cast<uint64_t>(frame));
            if (is_new)
                found->second = intern(map, frame);
            entry = found->second;
        }
        ++entries_[entry].pages;
        uint32_t const shown = !is_first && last_[i] == entry ? kUnchanged : entry + 1;
        last_[i] = entry;
        if (runs.empty() || runs.back().entry != shown)
            runs.push_back({shown, 0});
        ++runs.back().pages;
    }
    moments_.push_back({std::move(title), std::move(runs)});
    return {};
}

} // namespace pagelab::picture
