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

extern "C" unsigned const* _start()
{
    objects[1].counter = MIGRATE_TYPES + static_cast<unsigned>(MINUS_TWO);
    return &hidden;
}

} // namespace sample
