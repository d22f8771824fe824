// Filling and looking.
#include "guestkernel/selftest/object_model.hpp"

#include "guestkernel/lib/string.hpp"

namespace pagelab::selftest {

void object_model::hold(void* object, size_t size, size_t align, unsigned kind)
{
    if (object == nullptr)
        return;
    size_t const boundary = align == 0 ? sizeof(void*) : align;
    auto const fill = static_cast<unsigned char>(t_.random.next());
    held_object const taken = {static_cast<unsigned char*>(object), static_cast<uint32_t>(size),
                               fill, kind};
    memset(object, fill, size);
    EXPECT(t_, held_ != nullptr && nr_held_ < max_held_);
    held_[nr_held_++] = taken;
    EXPECT(t_, reinterpret_cast<uintptr_t>(object) % boundary == 0);
}

held_object object_model::let_go(unsigned index)
{
    held_object const gone = held_[index];
    held_[index] = held_[--nr_held_];
    bool intact = true;
    for (uint32_t i = 0; i < gone.size; i++)
        intact = intact && gone.start[i] == gone.fill;
    if (!intact)
        t_.fail("the object was written to while it was held", __FILE__, __LINE__);
    return gone;
}

} // namespace pagelab::selftest
