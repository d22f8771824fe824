// Of kmalloc: any size, by whichever allocator was chosen at boot.
#include "guestkernel/mm/slab/kmalloc.hpp"
#include "guestkernel/selftest/object_model.hpp"
#include "guestkernel/selftest/suites.hpp"

namespace pagelab::selftest {

namespace {

constexpr unsigned kMaxObjects = 1024;
constexpr mm::gfp_t kQuiet = mm::GFP_KERNEL | mm::__GFP_NOWARN | mm::__GFP_NORETRY;
constexpr mm::gfp_t kKinds[] = {
    kQuiet,
    mm::GFP_ATOMIC | mm::__GFP_NOWARN,
    kQuiet | mm::__GFP_RECLAIMABLE,
    mm::GFP_NOWAIT | mm::__GFP_NOWARN | mm::__GFP_DMA,
};

// Mostly small, now and then pages of it.
size_t any_size(lib::rng& random)
{
    unsigned const limit = 8u << random.below(12); // 8 bytes to 16 KiB
    return 1 + random.below(limit);
}

void give_back(context& t, object_model& model, unsigned index)
{
    held_object const gone = model.let_go(index);
    mm::kfree(*t.on.slabs, gone.start);
}

void random_walk(context& t)
{
    object_model model(t, kMaxObjects);
    for (t.step = 0; t.step < t.steps && t.failed.what == nullptr; t.step++) {
        if (model.nr_held() == 0 || (!model.is_full() && t.random.below(2) == 0)) {
            size_t const size = any_size(t.random);
            void* const object = mm::kmalloc(*t.on.slabs, size, kKinds[t.random.below(4)]);
            model.hold(object, size, mm::ARCH_KMALLOC_MINALIGN, 0);
        } else {
            give_back(t, model, t.random.below(model.nr_held()));
        }
        if (t.step % t.check_every == 0)
            EXPECT_SOUND(t, mm::check_caches(*t.on.slabs));
    }
    while (model.nr_held() > 0)
        give_back(t, model, model.nr_held() - 1);
    RETURN_IF_FAILED(t);
    EXPECT_SOUND(t, mm::check_caches(*t.on.slabs));
}

// Every size has room for itself, and a power of two lies at a multiple of itself.
void sizes(context& t)
{
    mm::slab_caches& caches = *t.on.slabs;
    for (size_t size = 1; size <= 64 * 1024; size += 1 + size / 9) {
        void* const object = mm::kmalloc(caches, size, kQuiet);
        EXPECT(t, object != nullptr);
        bool const has_room = mm::ksize(caches, object) >= size;
        mm::kfree(caches, object);
        EXPECT(t, has_room);
    }
    for (size_t size = 8; size <= kPageSize; size *= 2) {
        void* const object = mm::kmalloc(caches, size, kQuiet);
        bool const is_aligned = reinterpret_cast<uintptr_t>(object) % size == 0;
        mm::kfree(caches, object);
        EXPECT(t, object != nullptr && is_aligned);
    }
}

// Growing and shrinking keep what fits.
void reallocation(context& t)
{
    mm::slab_caches& caches = *t.on.slabs;
    unsigned char* object = nullptr;
    size_t size = 0;
    for (unsigned round = 0; round < 200; round++) {
        size_t const wanted = any_size(t.random);
        auto* const moved =
            static_cast<unsigned char*>(mm::krealloc(caches, object, wanted, kQuiet));
        EXPECT(t, moved != nullptr);
        bool kept = true;
        for (size_t i = 0; i < size && i < wanted; i++)
            kept = kept && moved[i] == static_cast<unsigned char>(i * 7);
        for (size_t i = 0; i < wanted; i++)
            moved[i] = static_cast<unsigned char>(i * 7);
        object = moved;
        size = wanted;
        EXPECT(t, kept);
    }
    mm::kfree(caches, object);
    EXPECT_SOUND(t, mm::check_caches(caches));
}

// Nothing is an address that can be freed; null is ignored; too much is refused.
void borders(context& t)
{
    mm::slab_caches& caches = *t.on.slabs;
    void* const nothing = mm::kmalloc(caches, 0, kQuiet);
    EXPECT(t, nothing == mm::ZERO_SIZE_PTR);
    mm::kfree(caches, nothing);
    mm::kfree(caches, nullptr);
    EXPECT(t, mm::ksize(caches, nullptr) == 0);
    EXPECT(t, mm::kmalloc(caches, 2 * mm::KMALLOC_MAX_SIZE, kQuiet) == nullptr);
    EXPECT(t, mm::kmalloc_array(caches, ~size_t{0} / 2, 3, kQuiet) == nullptr);
}

constexpr test kTests[] = {
    {"random_walk", if_there_are_slabs<random_walk>},
    {"sizes", if_there_are_slabs<sizes>},
    {"reallocation", if_there_are_slabs<reallocation>},
    {"borders", if_there_are_slabs<borders>},
};

} // namespace

constinit suite const kKmallocSuite = make_suite("kmalloc", kTests);

} // namespace pagelab::selftest
