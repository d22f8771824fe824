// The functions that the linker puts in the place of the library's, each in front of it.
//
// They may leave by the library's longjmp: nothing in them has a destructor to run.
#include "emu/cpu/library_calls.hpp"

#include <cstring>
#include <optional>

#include "emu/cpu/unicorn_engine.hpp"

namespace {

using Cpu = void; // CPUState
using Env = void; // CPUX86State

} // namespace

// Of no header. Null where the library is a shared object.
extern "C" {
#define PAGELAB_WRAPPED(type, name, ...)                                                           \
    [[gnu::weak]] type __real_##name##_x86_64(__VA_ARGS__);                                        \
    type __wrap_##name##_x86_64(__VA_ARGS__)
PAGELAB_WRAPPED(bool, x86_cpu_tlb_fill, Cpu*, uint64_t, int, unsigned, unsigned, bool, uintptr_t);
PAGELAB_WRAPPED(bool, unicorn_fill_tlb, Cpu*, uint64_t, int, unsigned, unsigned, bool, uintptr_t);
PAGELAB_WRAPPED(void, helper_write_crN, Env*, unsigned, uint64_t);
PAGELAB_WRAPPED(void, cpu_x86_update_cr3, Env*, uint64_t);
PAGELAB_WRAPPED(uint32_t, cpu_ldub_mmuidx_ra, Env*, uint64_t, unsigned, uintptr_t);
PAGELAB_WRAPPED(uint32_t, cpu_lduw_mmuidx_ra, Env*, uint64_t, unsigned, uintptr_t);
PAGELAB_WRAPPED(uint32_t, cpu_ldl_mmuidx_ra, Env*, uint64_t, unsigned, uintptr_t);
PAGELAB_WRAPPED(uint64_t, cpu_ldq_mmuidx_ra, Env*, uint64_t, unsigned, uintptr_t);
PAGELAB_WRAPPED(void, cpu_stb_mmuidx_ra, Env*, uint64_t, uint32_t, unsigned, uintptr_t);
PAGELAB_WRAPPED(void, cpu_stw_mmuidx_ra, Env*, uint64_t, uint32_t, unsigned, uintptr_t);
PAGELAB_WRAPPED(void, cpu_stl_mmuidx_ra, Env*, uint64_t, uint32_t, unsigned, uintptr_t);
PAGELAB_WRAPPED(void, cpu_stq_mmuidx_ra, Env*, uint64_t, uint64_t, unsigned, uintptr_t);
PAGELAB_WRAPPED(void, cpu_check_watchpoint, Cpu*, uint64_t, uint64_t, uint32_t, int, uintptr_t);
PAGELAB_WRAPPED(int, cpu_watchpoint_address_matches, Cpu*, uint64_t, uint64_t);
#undef PAGELAB_WRAPPED
[[gnu::weak]] bool cpu_restore_state_x86_64(Cpu*, uintptr_t, bool);
[[gnu::weak, noreturn]] void cpu_loop_exit_x86_64(Cpu*);
[[gnu::weak]] void tlb_set_page_x86_64(Cpu*, uint64_t, uint64_t, int, int, uint64_t);
[[gnu::weak, noreturn]] void raise_exception_err_ra_x86_64(Env*, int vector, int error, uintptr_t);
}

namespace pagelab::cpu {

namespace {

constexpr unsigned kSmap = 0, kNoSmap = 2; // tables of the library's TLB, for supervisors
constexpr uint8_t kGeneralProtection = 13;
constexpr int kWatchRead = 1, kWatchWrite = 2; // BP_MEM_*

thread_local UnicornEngine* current = nullptr;

// The table of the TLB for an access that the library takes for one of the kernel's.
unsigned table_for(uint64_t linear, unsigned table)
{
    bool const implicit = table == kNoSmap && current != nullptr && current->forbids_excuse(linear);
    return implicit ? kSmap : table;
}

// A load that is no more than that, which most are: the library's own way there is long.
template<class Word>
std::optional<Word> quick_load(uint64_t linear, unsigned table)
{
    std::byte const* const bytes =
        current == nullptr ? nullptr : current->to_load(table, linear, sizeof(Word));
    if (bytes == nullptr)
        return std::nullopt;
    Word word;
    std::memcpy(&word, bytes, sizeof word);
    return word;
}

// From translated code that would go on at `return_address`.
void observe_and_leave(Cpu* cpu, DebugStop const& seen, uintptr_t return_address)
{
    cpu_restore_state_x86_64(cpu, return_address, true);
    current->observe(seen);
    cpu_loop_exit_x86_64(cpu);
}

bool fill(Cpu* cpu, uint64_t address, unsigned operation, unsigned table, bool probe,
          uintptr_t return_address)
{
    current->set_library_cpu(cpu);
    auto const raised =
        current->fill_library_tlb(cpu, address, static_cast<mmu::Operation>(operation), table);
    if (raised && !probe)
        raise_exception_err_ra_x86_64(current->library_env(), raised->vector,
                                      static_cast<int>(raised->error_code), return_address);
    return !raised;
}

} // namespace

bool library_calls_are_ours()
{
    return &__real_x86_cpu_tlb_fill_x86_64 != nullptr;
}

CallScope::CallScope(UnicornEngine& engine) : outer_(current)
{
    current = &engine;
}

CallScope::~CallScope()
{
    current = outer_;
}

void set_library_page(void* cpu, uint64_t linear_page, uint64_t page, uint32_t rights,
                      unsigned privilege, uint64_t size)
{
    tlb_set_page_x86_64(cpu, linear_page, page, static_cast<int>(rights),
                        static_cast<int>(privilege), size);
}

void leave_library_instruction(void* cpu)
{
    cpu_loop_exit_x86_64(cpu);
}

} // namespace pagelab::cpu

using pagelab::cpu::current;
using pagelab::cpu::fill;
using pagelab::cpu::observe_and_leave;
using pagelab::cpu::quick_load;
using pagelab::cpu::table_for;

bool __wrap_x86_cpu_tlb_fill_x86_64(Cpu* cpu, uint64_t address, int size, unsigned operation,
                                    unsigned table, bool probe, uintptr_t return_address)
{
    if (current != nullptr)
        current->set_library_cpu(cpu);
    if (current == nullptr || !current->walks_for_library())
        return __real_x86_cpu_tlb_fill_x86_64(cpu, address, size, operation, table, probe,
                                              return_address);
    return fill(cpu, address, operation, table, probe, return_address);
}

bool __wrap_unicorn_fill_tlb_x86_64(Cpu* cpu, uint64_t address, int size, unsigned operation,
                                    unsigned table, bool probe, uintptr_t return_address)
{
    if (current == nullptr)
        return __real_unicorn_fill_tlb_x86_64(cpu, address, size, operation, table, probe,
                                              return_address);
    return fill(cpu, address, operation, table, probe, return_address);
}

void __wrap_helper_write_crN_x86_64(Env* env, unsigned number, uint64_t value)
{
    if (current == nullptr)
        return __real_helper_write_crN_x86_64(env, number, value);
    auto const return_address = reinterpret_cast<uintptr_t>(__builtin_return_address(0));
    if (auto const seen = current->watched_control(number))
        observe_and_leave(current->library_cpu(), *seen, return_address);
    auto const pdptes = current->pdptes_after_move(number, value);
    if (!pdptes)
        raise_exception_err_ra_x86_64(env, pagelab::cpu::kGeneralProtection, 0, return_address);
    __real_helper_write_crN_x86_64(env, number, value);
    current->set_pdptes(*pdptes);
}

// Also of a task switch, which checks nothing.
void __wrap_cpu_x86_update_cr3_x86_64(Env* env, uint64_t value)
{
    __real_cpu_x86_update_cr3_x86_64(env, value);
    if (current != nullptr)
        current->load_pdptes();
}

uint32_t __wrap_cpu_ldub_mmuidx_ra_x86_64(Env* env, uint64_t address, unsigned table, uintptr_t ra)
{
    unsigned const actual = table_for(address, table);
    if (auto const word = quick_load<uint8_t>(address, actual))
        return *word;
    return __real_cpu_ldub_mmuidx_ra_x86_64(env, address, actual, ra);
}

uint32_t __wrap_cpu_lduw_mmuidx_ra_x86_64(Env* env, uint64_t address, unsigned table, uintptr_t ra)
{
    unsigned const actual = table_for(address, table);
    if (auto const word = quick_load<uint16_t>(address, actual))
        return *word;
    return __real_cpu_lduw_mmuidx_ra_x86_64(env, address, actual, ra);
}

uint32_t __wrap_cpu_ldl_mmuidx_ra_x86_64(Env* env, uint64_t address, unsigned table, uintptr_t ra)
{
    unsigned const actual = table_for(address, table);
    if (auto const word = quick_load<uint32_t>(address, actual))
        return *word;
    return __real_cpu_ldl_mmuidx_ra_x86_64(env, address, actual, ra);
}

uint64_t __wrap_cpu_ldq_mmuidx_ra_x86_64(Env* env, uint64_t address, unsigned table, uintptr_t ra)
{
    unsigned const actual = table_for(address, table);
    if (auto const word = quick_load<uint64_t>(address, actual))
        return *word;
    return __real_cpu_ldq_mmuidx_ra_x86_64(env, address, actual, ra);
}

void __wrap_cpu_stb_mmuidx_ra_x86_64(Env* env, uint64_t address, uint32_t value, unsigned table,
                                     uintptr_t ra)
{
    __real_cpu_stb_mmuidx_ra_x86_64(env, address, value, table_for(address, table), ra);
}

void __wrap_cpu_stw_mmuidx_ra_x86_64(Env* env, uint64_t address, uint32_t value, unsigned table,
                                     uintptr_t ra)
{
    __real_cpu_stw_mmuidx_ra_x86_64(env, address, value, table_for(address, table), ra);
}

void __wrap_cpu_stl_mmuidx_ra_x86_64(Env* env, uint64_t address, uint32_t value, unsigned table,
                                     uintptr_t ra)
{
    __real_cpu_stl_mmuidx_ra_x86_64(env, address, value, table_for(address, table), ra);
}

void __wrap_cpu_stq_mmuidx_ra_x86_64(Env* env, uint64_t address, uint64_t value, unsigned table,
                                     uintptr_t ra)
{
    __real_cpu_stq_mmuidx_ra_x86_64(env, address, value, table_for(address, table), ra);
}

void __wrap_cpu_check_watchpoint_x86_64(Cpu* cpu, uint64_t address, uint64_t size, uint32_t,
                                        int flags, uintptr_t return_address)
{
    if (current == nullptr)
        return;
    auto const operation = (flags & pagelab::cpu::kWatchWrite) != 0 ? pagelab::mmu::Operation::Write
                                                                    : pagelab::mmu::Operation::Read;
    if (auto const seen = current->watched_access(address, size, operation))
        observe_and_leave(cpu, *seen, return_address);
}

int __wrap_cpu_watchpoint_address_matches_x86_64(Cpu* cpu, uint64_t page, uint64_t size)
{
    int const guests = __real_cpu_watchpoint_address_matches_x86_64(cpu, page, size);
    return current != nullptr && current->watches_page(page)
               ? pagelab::cpu::kWatchRead | pagelab::cpu::kWatchWrite
               : guests;
}
