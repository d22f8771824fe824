// A kernel with nothing but structures: its debug information and variables are the tests' input.
// Built for i686 and x86_64 by the guest's compiler; never run.
#include <stdint.h>

namespace sample {

struct list_head {
    list_head* next;
    list_head* prev;
};

enum class Color : uint8_t { Red, Green = 7 };
enum migratetype : unsigned { MIGRATE_UNMOVABLE, MIGRATE_MOVABLE, MIGRATE_TYPES };
enum { MINUS_TWO = -2 };

using counter_t = unsigned long;
inline constexpr unsigned kAnswer = 42;

struct base {
    uint32_t in_base;
};

struct outer : base {
    char first;
    union {
        struct {
            list_head lru;
            short deep;
        };
        counter_t const overlay;
    };
    list_head free_list[4][3];
    volatile counter_t counter;
    int8_t negative;
    Color color;
    char const* name;
    char text[8];
};

outer objects[3] = {{{0}, 0, {}, {}, 5, -3, Color::Green, "first", "text"}, {}, {}};
static unsigned hidden = kAnswer;

// The page allocator's structures with Linux' names, four orders small.
enum : unsigned { MAX_ORDER = 4, MAX_NR_ZONES = 2, NR_WMARK = 4 };
enum zone_stat_item { NR_ZONE_FIRST, NR_FREE_PAGES, NR_VM_ZONE_STAT_ITEMS };

struct page {
    unsigned long flags;
    union {
        list_head lru;
        list_head buddy_list;
    };
    void* mapping;
    unsigned long index;
    unsigned long private_;
    union {
        int _mapcount;
        unsigned page_type;
    };
    int _refcount;
};

struct free_area {
    list_head free_list[MIGRATE_TYPES];
    unsigned long nr_free;
};

struct zone {
    unsigned long _watermark[NR_WMARK];
    long lowmem_reserve[MAX_NR_ZONES];
    unsigned long zone_start_pfn;
    unsigned long managed_pages;
    unsigned long spanned_pages;
    unsigned long present_pages;
    char const* name;
    struct free_area free_area[MAX_ORDER];
    long vm_stat[NR_VM_ZONE_STAT_ITEMS];
};

struct pglist_data {
    zone node_zones[MAX_NR_ZONES];
    page* node_mem_map;
};

struct resource {
    uint64_t start;
    uint64_t end;
    char const* name;
    resource* parent;
    resource* sibling;
    resource* child;
};

pglist_data contig_page_data;
resource iomem_resource;

extern "C" unsigned const* _start()
{
    contig_page_data.node_zones[0].vm_stat[NR_FREE_PAGES] = 0;
    contig_page_data.node_mem_map->page_type = 0;
    iomem_resource.start = 0;
    objects[1].counter = MIGRATE_TYPES + static_cast<unsigned>(MINUS_TWO);
    return &hidden;
}

} // namespace sample
