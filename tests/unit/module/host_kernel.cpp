// The kernel's functions, by the host's.
#include "tests/unit/module/host_kernel.hpp"

#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

#include <sys/mman.h>

#include "guestkernel/kernel/bug.hpp"
#include "guestkernel/kernel/kallsyms.hpp"
#include "guestkernel/kernel/module/load_module.hpp"
#include "guestkernel/kernel/module/module_list.hpp"
#include "guestkernel/kernel/module/module_report.hpp"
#include "guestkernel/kernel/module/param_types.hpp"
#include "guestkernel/kernel/percpu.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/rcu.hpp"
#include "guestkernel/kernel/set_memory.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/kernel/taint.hpp"
#include "guestkernel/lib/format.hpp"

namespace pagelab::test {

namespace {

std::string log_text;

void append_to_log(char const* format, va_list arguments)
{
    char line[1024];
    lib::vsnprintf(line, sizeof(line), format, arguments);
    log_text += line;
}

unsigned long taints;
unsigned long requests;
unsigned long failing = ~0ul;
std::map<void const*, size_t> taken;  // by malloc
std::map<void const*, size_t> mapped; // by mmap
std::vector<char*> percpu_areas;

bool is_refused()
{
    return requests++ == failing;
}

char* map_low(size_t size)
{
    void* const memory =
        mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    return memory == MAP_FAILED ? nullptr : static_cast<char*>(memory);
}

extern "C" int host_printk(char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    append_to_log(format + 2, arguments); // without the level
    va_end(arguments);
    return 0;
}

// A jump to a function of ours, from below 2 GiB.
unsigned long low_entry(void const* function)
{
    constexpr unsigned char kMoveToRax[] = {0x48, 0xb8};
    constexpr unsigned char kJumpToRax[] = {0xff, 0xe0};
    char* const code = map_low(4096);
    std::memcpy(code, kMoveToRax, 2);
    std::memcpy(code + 2, &function, 8);
    std::memcpy(code + 10, kJumpToRax, 2);
    mprotect(code, 4096, PROT_READ | PROT_EXEC);
    return reinterpret_cast<unsigned long>(code);
}

template<class T>
unsigned long address_of(T const& object)
{
    return reinterpret_cast<unsigned long>(&object);
}

std::map<std::string, kernel::kernel_symbol> const& exports()
{
    static std::map<std::string, kernel::kernel_symbol> const table = [] {
        std::map<std::string, unsigned long> const values = {
            {"_printk", low_entry(reinterpret_cast<void const*>(host_printk))},
            {"param_array_ops", address_of(param_array_ops)},
            {"param_ops_bool", address_of(param_ops_bool)},
            {"param_ops_byte", address_of(param_ops_byte)},
            {"param_ops_charp", address_of(param_ops_charp)},
            {"param_ops_int", address_of(param_ops_int)},
            {"param_ops_invbool", address_of(param_ops_invbool)},
            {"param_ops_long", address_of(param_ops_long)},
            {"param_ops_short", address_of(param_ops_short)},
            {"param_ops_string", address_of(param_ops_string)},
            {"param_ops_uint", address_of(param_ops_uint)},
            {"param_ops_ullong", address_of(param_ops_ullong)},
            {"param_ops_ulong", address_of(param_ops_ulong)},
            {"param_ops_ushort", address_of(param_ops_ushort)},
        };
        std::map<std::string, kernel::kernel_symbol> symbols;
        for (auto const& [name, value] : values)
            symbols[name] = {value, ""};
        return symbols;
    }();
    return table;
}

void collect(void* context, char const* text, size_t length)
{
    static_cast<std::string*>(context)->append(text, length);
}

} // namespace

std::string take_log()
{
    return std::exchange(log_text, {});
}

void fail_nth(unsigned long n)
{
    requests = 0;
    failing = n;
}

bool has_failed()
{
    return requests > failing;
}

void fail_never()
{
    failing = ~0ul;
}

unsigned long outstanding()
{
    return taken.size() + mapped.size() + percpu_areas.size();
}

void reset_kernel()
{
    taints = 0;
    fail_never();
    log_text.clear();
}

unsigned long tainted()
{
    return taints;
}

std::vector<char> read_module(std::string const& arch, std::string const& name)
{
    std::ifstream file(PAGELAB_BUILD_DIR "/tests/modules/" + arch + "/" + name + ".ko",
                       std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

int insmod(std::string const& name, std::string const& args)
{
    auto file = read_module("x86_64", name);
    return kernel::load_module(file.data(), file.size(), args.c_str());
}

int rmmod(std::string const& name)
{
    return kernel::delete_module(name.c_str());
}

std::string parameter(std::string const& module, std::string const& name)
{
    kernel::module const* const m = kernel::find_module(module.c_str());
    char text[kernel::kParamTextSize];
    for (unsigned i = 0; m != nullptr && i < m->num_kp; i++) {
        if (m->kp[i].name == name) {
            m->kp[i].ops->get(text, &m->kp[i]);
            return text;
        }
    }
    return "none";
}

std::string proc_modules()
{
    std::string text;
    char buffer[64];
    lib::seq_file m{buffer, sizeof(buffer), collect, &text};
    kernel::show_modules(m);
    lib::seq_flush(m);
    return text;
}

} // namespace pagelab::test

namespace pagelab::kernel {

using namespace pagelab::test;

void printk(log_level, char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    append_to_log(format, arguments);
    va_end(arguments);
}

void warn_printk(char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    append_to_log(format, arguments);
    va_end(arguments);
}

char const* sprint_symbol(char* buffer, uintptr_t)
{
    lib::snprintf(buffer, kSymbolTextSize, "init");
    return buffer;
}

void synchronize_rcu() {}

void mutex_lock(mutex&) {}

void mutex_unlock(mutex&) {}

void* kmalloc(size_t size, mm::gfp_t)
{
    void* const object = is_refused() ? nullptr : std::malloc(size);
    if (object != nullptr)
        taken[object] = size;
    return object;
}

void kfree(void const* object)
{
    taken.erase(object);
    std::free(const_cast<void*>(object));
}

void* kvmalloc(size_t size, mm::gfp_t gfp)
{
    return kmalloc(size, gfp);
}

void kvfree(void const* object)
{
    kfree(object);
}

void* module_alloc(unsigned long size)
{
    char* const memory = is_refused() ? nullptr : map_low(size);
    if (memory != nullptr) {
        std::memset(memory, 0xa5, size); // nobody promises zeroes
        mapped[memory] = size;
    }
    return memory;
}

void vfree(void const* address)
{
    auto const found = mapped.find(address);
    if (found == mapped.end())
        return;
    munmap(const_cast<void*>(address), found->second);
    mapped.erase(found);
}

void set_memory_rights(void const* start, unsigned long size, page_rights rights)
{
    int const protection = rights == page_rights::read_execute ? PROT_READ | PROT_EXEC
                           : rights == page_rights::read_only  ? PROT_READ
                                                               : PROT_READ | PROT_WRITE;
    if (size > 0)
        mprotect(const_cast<void*>(start), size, protection);
}

void* __alloc_reserved_percpu(size_t size, size_t)
{
    if (is_refused())
        return nullptr;
    percpu_areas.push_back(static_cast<char*>(std::calloc(1, size)));
    return percpu_areas.back();
}

void fill_percpu(void* pointer, void const* from, size_t size)
{
    std::memcpy(pointer, from, size);
}

void free_percpu(void* pointer)
{
    std::erase(percpu_areas, static_cast<char*>(pointer));
    std::free(pointer);
}

void add_taint(mm::taint_flag flag)
{
    taints |= 1ul << flag;
}

bool test_taint(mm::taint_flag flag)
{
    return (taints >> flag & 1) != 0;
}

char taint_letter(mm::taint_flag flag)
{
    return flag == mm::TAINT_OOT_MODULE ? 'O' : 'P';
}

kernel_symbol const* find_kernel_symbol(char const* name)
{
    auto const found = exports().find(name);
    return found == exports().end() ? nullptr : &found->second;
}

kernel_symbol const* find_kernel_symbol_gpl(char const*)
{
    return nullptr;
}

} // namespace pagelab::kernel
