// The flags, and what sets them.
#include "guestkernel/kernel/taint.hpp"

#include "guestkernel/kernel/oops.hpp"
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
    taints |= 1u << flag;
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

void warn(char const* message)
{
    printk(log_level::warning, "------------[ cut here ]------------\n");
    printk(log_level::warning, "%s", message);
    dump_stack(__builtin_frame_address(0));
    printk(log_level::warning, "---[ end trace 0000000000000000 ]---\n");
    add_taint(mm::TAINT_WARN);
}

} // namespace pagelab::kernel
