// Memory for vmalloc's own descriptors.
#include "guestkernel/kernel/vmalloc_objects.hpp"

#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/mm/page_alloc.hpp"

namespace pagelab::kernel {

namespace {

constexpr size_t kSlot = 64;

struct slot {
    slot* next;
};

slot* free_slots;

void push(void* object)
{
    auto* const freed = static_cast<slot*>(object);
    freed->next = free_slots;
    free_slots = freed;
}

char* allocate_block(unsigned order, mm::gfp_t gfp)
{
    mm::page* const first = mm::alloc_pages(node(), gfp, order);
    if (first == nullptr)
        return nullptr;
    first->index = order;
    return static_cast<char*>(arch::phys_to_virt(pfn_to_phys(mm::page_to_pfn(node(), *first))));
}

} // namespace

void* allocate_object(void*, size_t size, mm::gfp_t gfp)
{
    if (size > kSlot) {
        unsigned order = 0;
        while ((kPageSize << order) < size)
            order++;
        return allocate_block(order, gfp);
    }
    if (free_slots == nullptr) {
        char* const block = allocate_block(0, gfp);
        if (block == nullptr)
            return nullptr;
        for (size_t offset = kSlot; offset < kPageSize; offset += kSlot)
            push(block + offset);
    }
    slot* const taken = free_slots;
    free_slots = taken->next;
    return taken;
}

void free_object(void*, void* object)
{
    if (reinterpret_cast<uintptr_t>(object) % kPageSize != 0) {
        push(object);
        return;
    }
    mm::page& first = *mm::pfn_to_page(node(), phys_to_pfn(arch::virt_to_phys(object)));
    mm::__free_pages(node(), first, static_cast<unsigned>(first.index)).value();
}

} // namespace pagelab::kernel
