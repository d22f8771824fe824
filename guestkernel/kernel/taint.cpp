// The flags, and what sets them.
#include "guestkernel/kernel/taint.hpp"

#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

constexpr char kLetters[] = "PFSRMBUDAWCIOELKXTN"; // the first is G when it is not set
constexpr char kPrefix[] = "Tainted: ";

unsigned taints;

} // namespace

void add_taint(mm::taint_flag flag)
{
    constexpr unsigned kLocksUnreliable = 1u << mm::TAINT_PROPRIETARY_MODULE | 1u << mm::TAINT_DIE |
                                          1u << mm::TAINT_BAD_PAGE;
    unsigned const mask = 1u << flag;
    if ((mask & kLocksUnreliable) != 0 && (taints & kLocksUnreliable) == 0)
        printk(log_level::warning, "Disabling lock debugging due to kernel taint\n");
    taints |= mask;
}

char taint_letter(mm::taint_flag flag)
{
    return kLetters[flag];
}

bool test_taint(mm::taint_flag flag)
{
    return (taints >> flag & 1) != 0;
}

char const* print_tainted()
{
    static char text[sizeof(kPrefix) + sizeof(kLetters)];
    if (taints == 0)
        return "Not tainted";
    memcpy(text, kPrefix, sizeof(kPrefix));
    char* const letters = text + sizeof(kPrefix) - 1;
    for (unsigned i = 0; i < sizeof(kLetters) - 1; i++)
        letters[i] = (taints >> i & 1) != 0 ? kLetters[i] : ' ';
    if ((taints & 1) == 0)
        letters[0] = 'G';
    return text;
}

} // namespace pagelab::kernel
