// Where a module's sections went, for debuggers: names and addresses in one allocation.
#include "guestkernel/kernel/module/build_module.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

bool is_listed(native_elf::Section const& section)
{
    return section.entry_size != kNotPlaced && section.size > 0;
}

} // namespace

int list_sections(module& m, load_info<native_elf> const& info)
{
    size_t names = 0;
    unsigned count = 0;
    for (unsigned i = 1; i < info.nr_sections; i++) {
        if (!is_listed(info.sections[i]))
            continue;
        names += strlen(section_name(info, i)) + 1;
        count++;
    }
    m.sections = static_cast<module_section*>(
        kvmalloc(count * sizeof(module_section) + names, mm::GFP_KERNEL));
    if (m.sections == nullptr)
        return -ENOMEM;
    auto* name = reinterpret_cast<char*>(m.sections + count);
    for (unsigned i = 1; i < info.nr_sections; i++) {
        if (!is_listed(info.sections[i]))
            continue;
        size_t const size = strlen(section_name(info, i)) + 1;
        memcpy(name, section_name(info, i), size);
        m.sections[m.nr_sections++] = {
            name, static_cast<uintptr_t>(section_address(info, info.sections[i]))};
        name += size;
    }
    return 0;
}

} // namespace pagelab::kernel
