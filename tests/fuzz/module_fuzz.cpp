// Damaged modules into the loader: it refuses them, or links them within their own memory; either
// way all memory comes back. Both classes are linked; x86_64's also with the kernel's tables. What
// a module's code would do is not asked: nothing of it runs.
#include <cstring>
#include <vector>

#include "emu/base/check.hpp"
#include "guestkernel/kernel/module/build_module.hpp"
#include "guestkernel/kernel/module/load_module.hpp"
#include "guestkernel/kernel/module/module_symbols.hpp"
#include "guestkernel/lib/errno.hpp"
#include "tests/fuzz/fuzz_one.hpp"
#include "tests/unit/module/host_kernel.hpp"

using namespace pagelab;
using namespace pagelab::test;

namespace {

constexpr uint64_t kPretended = 0x6000'0000;

template<class Elf>
int resolve_by_length(void*, char const* name, typename Elf::Address* value)
{
    *value = static_cast<typename Elf::Address>(kPretended + std::strlen(name));
    return 0;
}

// Each piece in memory of its own, with nothing behind it.
template<class Elf>
void link_apart(std::vector<char> file)
{
    kernel::load_info<Elf> info;
    if (kernel::read_module_file(info, file.data(), file.size()) != 0 ||
        kernel::layout_sections(info) != 0)
        return;
    std::vector<char> core(info.core.size);
    std::vector<char> init(info.init.size);
    info.core.bytes = core.data();
    info.core.address = kPretended;
    info.init.bytes = init.data();
    info.init.address = kPretended + 0x1000'0000;
    kernel::move_module(info);
    if (kernel::simplify_symbols(info, {resolve_by_length<Elf>, nullptr}) == 0)
        static_cast<void>(kernel::apply_relocations(info));
}

// load_module() up to where parameters are set.
void build(std::vector<char> file)
{
    kernel::load_info<kernel::native_elf> info;
    kernel::module* m = nullptr;
    unsigned long taints = 0;
    if (kernel::read_module_file(info, file.data(), file.size()) != 0 ||
        kernel::check_modinfo(info, &taints) != 0 || kernel::layout_and_allocate(info, &m) != 0)
        return;
    bool const complete =
        kernel::add_unformed_module(*m) == 0 && kernel::percpu_modalloc(*m, info) == 0 &&
        kernel::resolve_symbols(*m, info) == 0 && kernel::apply_relocations(info) == 0 &&
        kernel::find_module_sections(*m, info) == 0 && kernel::add_kallsyms(*m, info) == 0;
    if (complete) {
        kernel::percpu_modcopy(*m, info);
        uintptr_t const text = reinterpret_cast<uintptr_t>(m->core_layout.base);
        for (unsigned offset = 0; offset < m->core_layout.text_size; offset += 16)
            static_cast<void>(kernel::find_module_symbol(*m, text + offset));
        kernel::drop_init_kallsyms(*m);
    }
    m->num_kp = 0; // their ops may point anywhere, as the code may
    kernel::free_module(*m);
}

} // namespace

std::span<FuzzSeed const> fuzz_seeds()
{
    static std::vector<FuzzSeed> const seeds = [] {
        std::vector<FuzzSeed> made;
        for (std::string const arch : {"x86_64", "i686"}) {
            for (std::string const name :
                 {"hello", "params", "initfail", "exporter", "trouble", "relocations"}) {
                auto const file = read_module(arch, name);
                ENSURE(!file.empty(), "{} {}", arch, name);
                auto const* const bytes = reinterpret_cast<std::byte const*>(file.data());
                std::vector<std::byte> const seed(bytes, bytes + file.size());
                made.push_back({seed, 0, 64}); // the file's header
                // Most tables are in the last part: relocations, symbols, section headers.
                made.push_back({seed, seed.size() / 2, seed.size()});
            }
        }
        return made;
    }();
    return seeds;
}

int fuzz_one(std::span<std::byte const> input)
{
    reset_kernel();
    std::vector<char> file(input.size());
    if (!input.empty())
        std::memcpy(file.data(), input.data(), input.size());
    link_apart<Elf32Object>(file);
    link_apart<Elf64Object>(file);
    build(file);
    ENSURE(outstanding() == 0, "{} pieces of memory are lost", outstanding());
    return 0;
}
