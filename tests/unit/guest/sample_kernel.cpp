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
enum pcp_list { MIGRATE_PCPTYPES = 2, NR_PCP_LISTS = 4 };
enum pageflags { PG_slab = 9, PG_private = 13 };
enum vm_flags { VM_IOREMAP = 1, VM_ALLOC = 2, VM_MAP = 4, VM_USERMAP = 8 };

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
        unsigned long compound_head;
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

struct per_cpu_pages {
    int count;
    int high;
    int batch;
    list_head lists[NR_PCP_LISTS];
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
    per_cpu_pages* per_cpu_pageset;
};

struct zone_layout {
    bool numa;
};

struct pglist_data {
    zone node_zones[MAX_NR_ZONES];
    page* node_mem_map;
    unsigned nr_online_cpus;
    zone_layout const* layout;
};

struct resource {
    uint64_t start;
    uint64_t end;
    char const* name;
    resource* parent;
    resource* sibling;
    resource* child;
};

struct kmem_cache_order_objects {
    unsigned x;
};

struct kmem_cache_node {
    unsigned long nr_partial;
    list_head partial;
    unsigned long nr_slabs;
    unsigned long total_objects;
};

struct kmem_cache_cpu {
    void* freelist;
    struct slab* slab;
    struct slab* partial;
};

struct array_cache {
    unsigned avail;
    unsigned limit;
};

struct kmem_cache_node_array {
    list_head slabs_partial;
    list_head slabs_full;
    list_head slabs_free;
    unsigned long total_slabs;
    unsigned long free_slabs;
    unsigned long free_objects;
    array_cache* shared;
};

struct kmem_cache_array {
    unsigned batchcount;
    unsigned limit;
    unsigned shared;
    unsigned num;
    unsigned gfporder;
    int obj_offset;
    kmem_cache_node_array* node;
};

struct kmem_cache {
    char const* name;
    list_head list;
    unsigned flags;
    unsigned size;
    unsigned object_size;
    unsigned inuse;
    unsigned offset;
    unsigned red_left_pad;
    kmem_cache_order_objects oo;
    kmem_cache_node* node[1];
    kmem_cache_array array;
    union {
        kmem_cache_cpu cpu_slab[2];
        array_cache* cpu_cache[2];
    };
};

struct slab {
    unsigned long __page_flags;
    union {
        list_head slab_list;
        slab* next;
    };
    kmem_cache* slab_cache;
    void* freelist;
    union {
        struct {
            uint16_t inuse;
            uint16_t objects_frozen;
        };
        void* s_mem;
        long units;
    };
    union {
        unsigned __unused;
        unsigned active;
    };
    int __page_refcount;
};

struct slab_env {
    uintptr_t page_offset;
    unsigned long nr_pages;
};

struct slab_operations {
    char const* name;
};

struct slob_heap {
    list_head free_slob_small;
    list_head free_slob_medium;
    list_head free_slob_large;
};

struct slab_caches {
    slab_env env;
    slab_operations const* ops;
    list_head list;
    void* allocator;
};

struct rb_node {
    unsigned long __rb_parent_color;
    rb_node* rb_right;
    rb_node* rb_left;
};

struct rb_root {
    struct rb_node* rb_node;
};

struct phys_addr {
    uint64_t value;
};

struct vm_struct {
    void* addr;
    unsigned long size;
    unsigned long flags;
    page** pages;
    unsigned nr_pages;
    struct phys_addr phys_addr;
    void const* caller;
};

struct vmap_area {
    unsigned long va_start;
    unsigned long va_end;
    struct rb_node rb_node;
    list_head list;
    vm_struct* vm;
};

struct vmap_area_root {
    rb_root root;
    list_head list;
};

struct vmap_space {
    unsigned long start, end;
    vmap_area_root busy;
    vmap_area_root lazy;
};

struct vmalloc_state {
    vmap_space space;
    unsigned long start, end;
};

pglist_data contig_page_data;
slab_caches caches;
vmalloc_state kernel_vmalloc;

// What only pointers lead to is described if there is one of it.
struct other_types {
    per_cpu_pages pages;
    struct zone_layout layout;
    struct kmem_cache cache;
    struct kmem_cache_node node;
    struct slab slab;
    struct slab_operations slab_operations;
    struct array_cache array_cache;
    struct kmem_cache_node_array node_array;
    struct slob_heap slob_heap;
    struct vm_struct vm;
    struct vmap_area area;
    enum pcp_list pcp_list;
    enum pageflags pageflag;
    enum vm_flags vm_flag;
} others;
resource iomem_resource;

extern "C" {
unsigned kallsyms_count;
unsigned kallsyms_offsets[8];
unsigned kallsyms_name_offsets[8];
char kallsyms_names[64];
}
asm(".globl _text, _etext; _text = 0x100000; _etext = 0x101000");

extern "C" unsigned const* _start()
{
    contig_page_data.node_zones[0].vm_stat[NR_FREE_PAGES] = 0;
    contig_page_data.node_mem_map->page_type = 0;
    iomem_resource.start = 0;
    objects[1].counter = MIGRATE_TYPES + static_cast<unsigned>(MINUS_TWO);
    return &hidden;
}

// Loaded modules.
struct module_layout {
    char* base;
    unsigned size;
    unsigned text_size;
};
struct module_symbol {
    unsigned long value;
    unsigned name;
    char type;
};
struct module_section {
    char const* name;
    unsigned long address;
};
struct module {
    int state;
    list_head list;
    char name[64];
    module_layout core_layout;
    module_layout init_layout;
    int refcnt;
    unsigned nr_sections;
    module_section* sections;
    struct {
        module_symbol* symbols;
        unsigned count;
        char const* strings;
    } kallsyms;
};
list_head modules;
module loaded;
module_symbol its_symbol;
module_section its_section;

} // namespace sample
