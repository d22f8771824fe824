// Pkmap slots, fixmap slots, and the table from pages to addresses.
#include "guestkernel/mm/highmem.hpp"

#include "guestkernel/abi/x86/pte.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned kBuckets = 1u << PA_HASH_ORDER;

// Linux' hash_ptr (include/linux/hash.h): multiplication by the golden ratio.
unsigned bucket_of(page const& p)
{
    auto const value = reinterpret_cast<uintptr_t>(&p);
    if constexpr (sizeof(value) == 8)
        return static_cast<unsigned>(value * 0x61c8'8646'80b5'83eb >> (64 - PA_HASH_ORDER));
    else
        return static_cast<uint32_t>(value) * 0x61c8'8647u >> (32 - PA_HASH_ORDER);
}

// Nearly all pages that are mapped are in high memory's own zone.
[[gnu::noinline]] bool is_high_elsewhere(highmem const& hm, page const& p)
{
    return page_highmem(*hm.env.pgdat, p);
}

bool is_high(highmem const& hm, page const& p)
{
    if (page_zonenum(p) == hm.zone) [[likely]]
        return true;
    return is_high_elsewhere(hm, p);
}

void* slot_address(highmem const& hm, unsigned nr)
{
    return reinterpret_cast<void*>(hm.env.pkmap_base + nr * kPageSize);
}

void* lowmem_address(highmem const& hm, page const& p)
{
    return hm.env.lowmem_address(hm.env.context, pfn_to_phys(page_to_pfn(*hm.env.pgdat, p)));
}

// The slot that shows the page; null: none. Under one of the two locks.
page_address_map const* find_slot(highmem const& hm, page const& p)
{
    list_head const& head = hm.page_address_htable[bucket_of(p)];
    for (list_head* link = head.next; link != &head; link = link->next) {
        page_address_map const* const map = CONTAINER_OF(link, page_address_map, list);
        if (map->page == &p)
            return map;
    }
    return nullptr;
}

void* pkmap_address(highmem const& hm, page const& p)
{
    page_address_map const* const map = find_slot(hm, p);
    return map != nullptr ? map->virtual_address : nullptr;
}

int& users_of(highmem& hm, page_address_map const& map)
{
    return hm.pkmap_count[&map - hm.page_address_maps];
}

uint64_t entry_for(highmem const& hm, page const& p)
{
    return pfn_to_phys(page_to_pfn(*hm.env.pgdat, p)).value | hm.env.prot;
}

void remember_address(highmem& hm, page_address_map& map)
{
    unsigned long flags;
    lib::spin_lock_irqsave(hm.pas_lock, flags);
    lib::list_add(map.list, hm.page_address_htable[bucket_of(*map.page)]);
    lib::spin_unlock_irqrestore(hm.pas_lock, flags);
}

void forget_address(highmem& hm, page_address_map& map)
{
    unsigned long flags;
    lib::spin_lock_irqsave(hm.pas_lock, flags);
    lib::list_del(map.list);
    map.page = nullptr;
    lib::spin_unlock_irqrestore(hm.pas_lock, flags);
}

// Every slot without users loses its mapping; those used again keep theirs.
void flush_all_zero_pkmaps(highmem& hm)
{
    bool need_flush = false;
    for (unsigned nr = 0; nr < LAST_PKMAP; nr++) {
        if (hm.pkmap_count[nr] != 1)
            continue;
        hm.pkmap_count[nr] = 0;
        hm.env.pkmap_table[nr] = 0;
        forget_address(hm, hm.page_address_maps[nr]);
        need_flush = true;
    }
    if (!need_flush)
        return;
    hm.nr_flushes++;
    hm.env.flush_range(hm.env.context, hm.env.pkmap_base,
                       hm.env.pkmap_base + LAST_PKMAP * kPageSize);
}

// A slot whose count is 0, searching onwards from the last; LAST_PKMAP: there is none.
unsigned find_free_slot(highmem& hm)
{
    for (unsigned tries = LAST_PKMAP; tries > 0; tries--) {
        hm.last_pkmap_nr = (hm.last_pkmap_nr + 1) % LAST_PKMAP;
        if (hm.last_pkmap_nr == 0) {
            flush_all_zero_pkmaps(hm);
            tries = LAST_PKMAP;
        }
        if (hm.pkmap_count[hm.last_pkmap_nr] == 0)
            return hm.last_pkmap_nr;
    }
    return LAST_PKMAP;
}

// Under kmap_lock, without it while waiting.
page_address_map const* map_new_virtual(highmem& hm, page& p)
{
    unsigned nr = find_free_slot(hm);
    while (nr == LAST_PKMAP) {
        lib::spin_unlock(hm.kmap_lock);
        bool const looks_again =
            hm.env.wait_for_slot != nullptr && hm.env.wait_for_slot(hm.env.context);
        lib::spin_lock(hm.kmap_lock);
        if (!looks_again)
            return nullptr;
        if (page_address_map const* const mapped = find_slot(hm, p)) // by someone else, meanwhile
            return mapped;
        nr = find_free_slot(hm);
    }
    page_address_map& map = hm.page_address_maps[nr];
    map.page = &p;
    map.virtual_address = slot_address(hm, nr);
    remember_address(hm, map);
    hm.env.pkmap_table[nr] = entry_for(hm, p);
    hm.pkmap_count[nr] = 1;
    return &map;
}

unsigned long fixmap_address(highmem const& hm, unsigned slot)
{
    return hm.env.fixaddr_top - (slot + 1) * kPageSize;
}

} // namespace

void highmem_init(highmem& hm, highmem_environment const& env)
{
    hm = {};
    hm.env = env;
    zone_layout const& layout = *env.pgdat->layout;
    hm.zone = layout.highmem != layout.normal ? layout.highmem : MAX_NR_ZONES;
    for (list_head& head : hm.page_address_htable)
        lib::init_list_head(head);
}

void* page_address(highmem const& hm, page const& p)
{
    if (!is_high(hm, p))
        return lowmem_address(hm, p);
    unsigned long flags;
    lib::spin_lock_irqsave(hm.pas_lock, flags);
    void* const address = pkmap_address(hm, p);
    lib::spin_unlock_irqrestore(hm.pas_lock, flags);
    return address;
}

void* kmap(highmem& hm, page& p)
{
    if (!is_high(hm, p))
        return lowmem_address(hm, p);
    lib::spin_lock(hm.kmap_lock);
    page_address_map const* map = find_slot(hm, p);
    if (map == nullptr) [[unlikely]] {
        map = map_new_virtual(hm, p);
        if (map == nullptr) {
            lib::spin_unlock(hm.kmap_lock);
            return nullptr;
        }
    }
    users_of(hm, *map)++;
    void* const address = map->virtual_address;
    lib::spin_unlock(hm.kmap_lock);
    return address;
}

Result<> kunmap(highmem& hm, page& p)
{
    if (!is_high(hm, p))
        return {};
    lib::spin_lock(hm.kmap_lock);
    page_address_map const* const map = find_slot(hm, p);
    int* const users = map != nullptr ? &users_of(hm, *map) : nullptr;
    if (users == nullptr || *users < 2) [[unlikely]] {
        lib::spin_unlock(hm.kmap_lock);
        return Error{"page is not mapped"};
    }
    --*users;
    lib::spin_unlock(hm.kmap_lock);
    return {};
}

void* kmap_local_page(highmem& hm, page& p)
{
    if (!is_high(hm, p))
        return lowmem_address(hm, p);
    lib::preempt_disable();
    unsigned const cpu = hm.env.cpu(hm.env.context);
    unsigned const idx = hm.kmap_ctrl_idx[cpu];
    if (idx == KM_MAX_IDX) {
        lib::preempt_enable();
        return nullptr;
    }
    hm.kmap_ctrl_idx[cpu]++;
    unsigned const slot = cpu * KM_MAX_IDX + idx;
    *(hm.env.fixmap_entry - slot) = entry_for(hm, p);
    return reinterpret_cast<void*>(fixmap_address(hm, slot));
}

Result<> kunmap_local(highmem& hm, void const* address)
{
    auto const page = reinterpret_cast<uintptr_t>(address) & ~(kPageSize - 1);
    if (page >= hm.env.fixaddr_top ||
        page < fixmap_address(hm, unsigned{kHighmemCpus} * KM_MAX_IDX - 1))
        return {};
    unsigned const cpu = hm.env.cpu(hm.env.context);
    unsigned const idx = hm.kmap_ctrl_idx[cpu];
    if (idx == 0)
        return Error{"nothing is mapped"};
    unsigned const slot = cpu * KM_MAX_IDX + idx - 1;
    if (page != fixmap_address(hm, slot))
        return Error{"page is not the one mapped last"};
    *(hm.env.fixmap_entry - slot) = 0;
    hm.env.flush_page(hm.env.context, fixmap_address(hm, slot));
    hm.kmap_ctrl_idx[cpu]--;
    lib::preempt_enable();
    return {};
}

char const* check_highmem(highmem const& hm)
{
    unsigned used = 0;
    for (unsigned nr = 0; nr < LAST_PKMAP; nr++) {
        page_address_map const& map = hm.page_address_maps[nr];
        if (hm.pkmap_count[nr] < 0)
            return "pkmap count is negative";
        if ((hm.pkmap_count[nr] > 0) != x86::pte::Present::is_set(hm.env.pkmap_table[nr]))
            return "pkmap entry and count disagree";
        if (hm.pkmap_count[nr] == 0)
            continue;
        used++;
        if (map.page == nullptr || pkmap_address(hm, *map.page) != slot_address(hm, nr))
            return "page of a pkmap slot is not found by its address";
        if (hm.env.pkmap_table[nr] != entry_for(hm, *map.page))
            return "pkmap entry is not its page's";
    }
    unsigned listed = 0;
    for (unsigned i = 0; i < kBuckets; i++) {
        list_head const& head = hm.page_address_htable[i];
        for (list_head* link = head.next; link != &head; link = link->next) {
            if (link->next->prev != link || ++listed > used)
                return "list of page addresses is damaged";
        }
    }
    if (listed != used)
        return "pkmap slot is on no list";
    for (unsigned slot = 0; slot < unsigned{kHighmemCpus} * KM_MAX_IDX; slot++) {
        bool const in_use = slot % KM_MAX_IDX < hm.kmap_ctrl_idx[slot / KM_MAX_IDX];
        if (in_use != x86::pte::Present::is_set(*(hm.env.fixmap_entry - slot)))
            return "fixmap entry and index disagree";
    }
    return nullptr;
}

} // namespace pagelab::mm
