// What .modinfo must say, and what it may say at the price of a taint.
//
// Source: Linux 6.1 kernel/module/main.c (check_modinfo, set_license), include/linux/license.h.
#include "guestkernel/include/generated/utsrelease.h"
#include "guestkernel/include/linux/vermagic.h"
#include "guestkernel/kernel/module/build_module.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/taint.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

constexpr char const* kGplCompatible[] = {
    "GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL",
};

bool license_is_gpl_compatible(char const* license)
{
    for (char const* name : kGplCompatible) {
        if (strcmp(license, name) == 0)
            return true;
    }
    return false;
}

} // namespace

int check_modinfo(load_info<native_elf> const& info, unsigned long* taints)
{
    char const* const vermagic = get_modinfo(info, "vermagic");
    if (vermagic == nullptr || strcmp(vermagic, VERMAGIC_STRING) != 0) {
        printk(log_level::err, "%s: version magic '%s' should be '%s'\n", info.name,
               vermagic != nullptr ? vermagic : "(null)", VERMAGIC_STRING);
        return -ENOEXEC;
    }
    if (get_modinfo(info, "intree") == nullptr) {
        if (!test_taint(mm::TAINT_OOT_MODULE))
            printk(log_level::warning, "%s: loading out-of-tree module taints kernel.\n",
                   info.name);
        add_taint(mm::TAINT_OOT_MODULE);
        *taints |= 1ul << mm::TAINT_OOT_MODULE;
    }
    char const* license = get_modinfo(info, "license");
    if (license == nullptr)
        license = "unspecified";
    if (!license_is_gpl_compatible(license)) {
        if (!test_taint(mm::TAINT_PROPRIETARY_MODULE))
            printk(log_level::warning, "%s: module license '%s' taints kernel.\n", info.name,
                   license);
        add_taint(mm::TAINT_PROPRIETARY_MODULE);
        *taints |= 1ul << mm::TAINT_PROPRIETARY_MODULE;
    }
    return 0;
}

} // namespace pagelab::kernel
