// Each reader once, then tables from page frames to what is on them.
#include "emu/guest/kernel_index.hpp"

#include <algorithm>
#include <cstring>

#include "emu/guest/demangle.hpp"
#include "emu/guest/pcp.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kMaxMappedPages = 1 << 22; // of all vmalloc areas

template<class T>
T value_or_empty(Result<T> result)
{
    return result ? std::move(*result) : T();
}

void index_slabs(KernelIndex& index)
{
    for (uint32_t c = 0; c < index.slabs.caches.size(); c++) {
        SlabCacheMap const& cache = index.slabs.caches[c];
        for (uint32_t s = 0; s < cache.slabs.size(); s++)
            for (uint64_t i = 0; i < cache.slabs[s].pages; i++)
                index.slab_pages[cache.slabs[s].pfn.value + i] = {c, s};
    }
}

// The frames behind each area, from its array of pages.
void index_areas(KernelView const& view, KernelIndex& index)
{
    uint64_t const word = view.types().pointer_size();
    uint64_t const frames = view.memory().end().value;
    uint64_t left = kMaxMappedPages;
    for (VmapArea const& area : index.vmap.areas) {
        uint64_t const room = (area.end - area.start) / kPageSize;
        uint64_t const count = std::min({area.nr_pages, room, frames, left});
        if (count == 0 || area.pages.value == 0)
            continue;
        std::vector<std::byte> array(count * word);
        if (!view.memory().read(area.pages, array))
            continue;
        left -= count;
        for (uint64_t i = 0; i < count; i++) {
            uint64_t page = 0;
            std::memcpy(&page, array.data() + i * word, word);
            if (auto const pfn = index.pages.pfn_of_page(VirtAddr(page)))
                index.mapped[pfn->value].push_back(area.start + i * kPageSize);
        }
    }
}

void index_kept(KernelView const& view, KernelIndex& index)
{
    auto const report = read_pcp(view);
    if (!report)
        return;
    for (KeptPages const& block : report->blocks)
        index.kept[block.pfn.value] = {block.cpu, block.order};
}

// "pagelab::kernel::(anonymous namespace)::windows" is windows.
std::string last_name(std::string const& symbol)
{
    std::string const written = demangle(symbol);
    std::string const& name = written.empty() ? symbol : written;
    auto const scope = name.rfind("::");
    return scope == name.npos ? name : name.substr(scope + 2);
}

// Symbols of the image behind the text; kallsyms knows the text.
void index_data(KernelView const& view, KernelIndex& index)
{
    TypeTable const& types = view.types();
    auto const text = types.symbol("_text");
    auto const end = types.symbol("_end");
    if (!text || !end)
        return;
    index.image_start = *text;
    index.image_end = *end;
    VirtAddr const first = types.symbol("_etext").value_or(*text);
    for (std::string const& name : types.symbol_names()) {
        auto const address = types.symbol(name);
        if (address && *address >= first && *address < *end)
            index.data.push_back({*address, last_name(name)});
    }
    std::ranges::sort(index.data, {}, &KernelIndex::Named::address);
}

} // namespace

Result<KernelIndex> KernelIndex::build(KernelView const& view)
{
    KernelIndex index(TRY(PageMap::create(view)));
    index.zones = TRY(read_zones(view));
    index.direct = value_or_empty(read_direct_map(view));
    index.slabs = value_or_empty(read_slab_map(view));
    index.vmap = value_or_empty(read_vmap(view));
    index.modules = value_or_empty(read_modules(view));
    index.tasks = value_or_empty(read_tasks(view));
    index.kmaps = value_or_empty(read_kmaps(view));
    index.percpu = value_or_empty(read_percpu(view));
    index.symbols = value_or_empty(Kallsyms::read(view));
    index_slabs(index);
    index_areas(view, index);
    index_kept(view, index);
    index_data(view, index);
    return index;
}

std::optional<SlabObject> KernelIndex::object_at(VirtAddr address) const
{
    auto const physical = direct.physical_of(address);
    if (!physical)
        return std::nullopt;
    auto const found = slab_pages.find(phys_to_pfn(*physical).value);
    if (found == slab_pages.end())
        return std::nullopt;
    SlabCacheMap const& cache = slabs.caches[found->second.cache];
    return guest::object_at(cache, cache.slabs[found->second.slab], address);
}

std::optional<std::string> KernelIndex::symbol_at(VirtAddr address) const
{
    if (auto text = describe(modules, address))
        return text;
    std::string const text = symbols.describe(address);
    if (!text.starts_with("0x"))
        return text;
    if (address < image_start || address >= image_end)
        return std::nullopt;
    auto const after = std::ranges::upper_bound(data, address, {}, &Named::address);
    if (after == data.begin())
        return std::nullopt;
    Named const& named = *std::prev(after);
    return address == named.address ? named.name
                                    : fmt::format("{}+{:#x}", named.name, address - named.address);
}

} // namespace pagelab::guest
