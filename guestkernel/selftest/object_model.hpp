// The naive model of an allocator of objects: a plain list of what is held, each object filled
// with a number of its own from its first byte to its last.
//
// Two objects that share a byte, an object that is written to while it is held, and one that is
// not aligned as asked for, are found when it is let go.
#pragma once

#include "guestkernel/selftest/harness.hpp"

namespace pagelab::selftest {

struct held_object {
    unsigned char* start;
    uint32_t size; // bytes that may be used
    unsigned char fill;
    unsigned kind; // the caller's own
};

class object_model {
  public:
    object_model(context& t, unsigned max_objects)
        : t_(t), held_(t.take_scratch<held_object>(max_objects)), max_held_(max_objects)
    {
    }

    unsigned nr_held() const { return nr_held_; }
    bool is_full() const { return nr_held_ == max_held_; }

    // A new object; null, which was a refusal, is not held. align 0: a word's.
    void hold(void* object, size_t size, size_t align, unsigned kind);
    // The object, intact, for the caller to free.
    held_object let_go(unsigned index);

  private:
    context& t_;
    held_object* held_;
    unsigned max_held_;
    unsigned nr_held_ = 0;
};

template<void (*kRun)(context&)>
void if_there_are_slabs(context& t)
{
    if (t.on.slabs == nullptr)
        t.skipped = "no slab allocator";
    else
        kRun(t);
}

} // namespace pagelab::selftest
