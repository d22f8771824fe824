// Engine on Unicorn. Private to emu/cpu: others use engine.hpp.
//
// Callbacks of the library land in the static on_* functions; they are noexcept because no C++
// exception may cross its frames. What a callback wants to stop for is left in stop_.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "emu/base/decoder.hpp"
#include "emu/cpu/block_clock.hpp"
#include "emu/cpu/block_counter.hpp"
#include "emu/cpu/debug_state.hpp"
#include "emu/cpu/engine.hpp"
#include "emu/cpu/library_tlb.hpp"
#include "emu/cpu/linear_access.hpp"
#include "emu/cpu/next_block.hpp"
#include "emu/cpu/page_use.hpp"
#include "emu/cpu/processor_tlbs.hpp"
#include "emu/cpu/state_access.hpp"
#include "emu/cpu/unicorn_api.hpp"
#include "emu/mem/write_ahead.hpp"
#include "emu/mmu/tlb_rights.hpp"

namespace pagelab::cpu {

class UnicornEngine final : public Engine {
  public:
    UnicornEngine(EnginePointer engine, StateAccess const& access, mem::PhysicalMemory& memory,
                  Platform& platform);

    Result<> map_memory(std::span<PhysAddr const> trapped_pages);
    Result<> add_hooks();
    Result<> spare_tlb_scans();
    void read_cpuid_table();

    // For library_calls.cpp, while the library runs.
    struct Raised {
        uint8_t vector;
        uint32_t error_code;
    };
    // Whether our walk stands in for the library's: not with A20 off, nor where tables may be in
    // trapped pages.
    bool walks_for_library() const { return access_.a20() && !traps_pages_; }
    void* library_env() const { return access_.bytes().data(); }
    std::optional<Raised> fill_library_tlb(void* cpu, uint64_t address, mmu::Operation operation,
                                           unsigned table);
    std::byte const* to_load(unsigned table, uint64_t linear, size_t size) const
    {
        return library_tlb_ ? library_tlb_->to_load(table, linear, size) : nullptr;
    }
    // Whether AC does not excuse this supervisor access from SMAP: it is one to a system table.
    bool forbids_excuse(uint64_t linear) const;
    // The PDPTEs after MOV to CR0, CR3 or CR4; none if it raises #GP(0).
    std::optional<std::optional<mmu::Pdptes>> pdptes_after_move(unsigned number,
                                                                uint64_t value) const;
    void set_pdptes(std::optional<mmu::Pdptes> const& pdptes) { access_.set_pdptes(pdptes); }
    void load_pdptes();
    // What the debugger wants to know of; observe() it, and then leave the instruction.
    std::optional<DebugStop> watched_access(uint64_t linear, uint64_t size,
                                            mmu::Operation operation);
    std::optional<DebugStop> watched_control(unsigned number) const;
    bool watches_page(uint64_t linear_page) const;
    void observe(DebugStop const& found);
    void set_library_cpu(void* cpu) { library_cpu_ = cpu; }
    void* library_cpu() const { return library_cpu_; }

    void find_tlb(std::byte* registers) { library_tlb_ = LibraryTlb::find(registers); }

    // After reset(): all processors are as the engine is now.
    Result<> make_processors(unsigned count, std::byte* registers);

    void switch_to(unsigned cpu) override;
    void reset() override;
    Stop run() override;
    uint64_t instructions() const override;
    void set_deadline(uint64_t instructions) override;
    void set_slice_end(uint64_t instructions) override;
    void watch_pause(bool watch) override;
    void watch_interrupt_window(bool watch) override;
    void request_stop() override;
    bool can_interrupt() override;
    bool interrupts_enabled() override;
    void interrupt(uint8_t vector) override;
    bool can_take_nmi() override;
    void non_maskable_interrupt() override;
    void set_a20(bool enabled) override;
    void discard_code(PhysAddr address, uint64_t bytes) override;
    CpuState state() override;
    void set_state(CpuState const& state) override;
    EngineImage image() const override;
    Result<> set_image(EngineImage const& image) override;
    void watch_writes() override;
    Result<PointId> add_point(DebugPoint const& point) override;
    bool remove_point(PointId id) override;
    void set_debug_end(uint64_t instructions, StepInterrupts interrupts) override;
    DebugStop const& debug_stop() const override { return debug_.stop; }
    void forget_debug_stop() override { debug_.passed = {DebugState::kNever, 0}; }
    CpuRegisters registers(unsigned cpu) override;
    Result<> set_registers(unsigned cpu, CpuRegisters const& registers) override;
    std::vector<TlbEntry> tlb(unsigned cpu) override;
    EngineStatistics const& statistics() override;
    DeliveryOutcome const& last_delivery() const override { return last_delivery_; }
    std::string const& failure() const override { return failure_; }

  private:
    class Visit;
    struct Hole { // a physical range with no host bytes: MMIO, or nothing
        UnicornEngine* engine;
        PhysAddr base;
    };
    enum class Walker : uint8_t { Library, Ours };
    struct Processor { // while another is the engine's
        std::vector<std::byte> state;
        std::optional<mmu::Pdptes> pdptes;
        Walker walker = Walker::Library;
        bool flush_tlb = false; // when its turn comes
    };
    struct PartialCount { // instructions of a block before an address within it
        uint64_t block = ~uint64_t{0}, linear = 0, generation = 0;
        uint32_t count = 0;
    };

    static void on_block(uc_engine*, uint64_t address, uint32_t size, void* self) noexcept;
    static void on_low_credit(BlockClock::Hot* hot) noexcept;
    static void on_translation(uc_engine*, uc_tb* current, uc_tb* previous, void* self) noexcept;
    static void on_interrupt(uc_engine*, uint32_t vector, void* self) noexcept;
    static bool on_invalid_instruction(uc_engine*, void* self) noexcept;
    static uint32_t on_in(uc_engine*, uint32_t port, int size, void* self) noexcept;
    static void on_out(uc_engine*, uint32_t port, int size, uint32_t value, void* self) noexcept;
    static int on_cpuid(uc_engine*, void* self) noexcept;
    static int on_rdtsc(uc_engine*, void* self) noexcept;
    static int on_rdtscp(uc_engine*, void* self) noexcept;
    static void on_syscall(uc_engine*, void* self) noexcept;
    static void on_sysenter(uc_engine*, void* self) noexcept;
    static bool on_rom_write(uc_engine*, uc_mem_type, uint64_t, int, int64_t, void*) noexcept;
    static uint64_t on_hole_read(uc_engine*, uint64_t offset, unsigned size, void* hole) noexcept;
    static void on_hole_write(uc_engine*, uint64_t offset, unsigned size, uint64_t value,
                              void* hole) noexcept;

    Result<> map_hole(PhysAddr from, PhysAddr to);
    Result<> map_region(mem::Region const& region);
    Result<> cover_by_idle_hook(uint64_t from, uint64_t to);
    void count_in_place(std::byte* after_call);
    bool attend(); // the block hook's slow path: true to stop here
    bool cut_block(uint32_t count);
    void leave_instruction(DebugStop const& seen);
    bool holds_back(BlockClock::Record const& block);
    bool stops_for_debugger(uint64_t linear);
    bool cuts_for_debugger(BlockClock::Record const& block);
    void stop_for_debugger(DebugStop const& stop, uint64_t linear);
    bool holds_event(Event const& event);
    void deliver_held();
    std::optional<PhysAddr> physical(uint64_t linear) const;
    std::span<std::byte> tlb_of(unsigned cpu);
    void mark_watched_pages();
    void trap_blocks();
    std::optional<DebugStop> watched_port(uint32_t port, int size, mmu::Operation operation) const;
    std::optional<uint64_t> watched_value(DebugStop const& stop) const;
    CpuRegisters load_registers();
    void store_registers(CpuRegisters const& registers);
    bool ends_in_pause(uint64_t address, uint32_t size) const;
    void stop_after_pause();
    void forget_block_addresses();
    uint32_t decode_block(uint64_t address, uint32_t size);
    uint32_t executed_before(uint64_t linear) const;
    uint32_t count_between(BlockClock::Record const& block, uint64_t linear) const;
    void uncount_rest_of_block(uint64_t linear);
    bool uncount_if_restarted(BlockClock::Record const& next);
    void take_exception(Event event);
    void finish_delivery(CpuState& state, Event event);
    void enter_by_instruction(CpuState& state, uint64_t rflags);
    void fault_by_instruction(Event event, uint64_t length);
    uint64_t read_msr(uint32_t number) const;
    void set_time_stamp();
    void update_attention()
    {
        bool const now = stop_ || watch_window_ || leave_at_next_block_ || run_one_block_ ||
                         pausing_ || debug_.wants_every_block();
        uint64_t const next = std::min({deadline_, look_at_tlb_at_, slice_end_, debug_.end});
        clock_.set_attention(now ? 0 : next);
    }

    // Instructions between two looks at how full the library's TLB is.
    static constexpr uint64_t kLookAtTlbSoon = 1u << 16, kLookAtTlbSeldom = 1u << 18;

    void choose_walker();
    void forget_discarded_code();
    void set_walker(Walker walker);
    void call_walker() const;
    void flush_tlb();
    void flush_all_tlbs();
    void look_at_tlb();
    uc_err run_blocks();
    uc_err start_library(uint64_t rip);
    static bool on_tlb_fill(uc_engine*, uint64_t page, uc_mem_type, uc_tlb_entry*, void*) noexcept;
    bool fill_tlb(uint64_t page, mmu::Operation operation, uc_tlb_entry& entry);
    void leave_our_walk_if_due(mmu::Context const& context);
    static uint32_t library_rights(mmu::TlbRights rights);
    uint32_t granted_rights(mmu::TlbRights allowed, PhysAddr page, mmu::Operation operation);
    bool is_dirty_after(PhysAddr page, mmu::Operation operation);
    void note_code(PhysAddr page);
    void watch_code(PhysAddr page);
    void note_translation(uint64_t address, uint32_t size);

    EnginePointer engine_;
    StateAccess access_;
    TranslationMemo memo_;
    mem::PhysicalMemory& memory_;
    Platform& platform_;
    Decoder decoder_;
    BlockCounter counter_;
    mutable std::array<PartialCount, 256> partial_counts_;
    uint64_t generation_ = 1; // of translated code

    BlockClock clock_;
    std::optional<bool> code_writable_; // the library's; not yet known before the first block
    uint64_t deadline_ = ~uint64_t{0};
    bool watch_window_ = false;
    std::optional<Stop> stop_;

    DebugState debug_;
    std::vector<std::pair<uint32_t, std::byte*>>
        prices_;                          // of blocks counted in place: record, where
    std::optional<Stop> deferred_stop_;   // what the debugger's stop came before
    void* library_cpu_ = nullptr;         // CPUState; known once a page has been translated
    std::optional<PhysAddr> filled_page_; // that is being entered in the TLB

    std::vector<Processor> processors_;
    unsigned cpu_ = 0; // the engine's
    std::optional<ProcessorTlbs> tlbs_;
    std::optional<NextBlock> next_block_;
    uint64_t slice_end_ = ~uint64_t{0}; // instruction count
    uint64_t cut_at_ = ~uint64_t{0};    // the count at which the last block was cut
    uint32_t cut_length_ = 0;           // instructions
    bool cutting_ = false;              // the stop was for that
    bool watch_pause_ = false;
    bool pausing_ = false; // the block under way ends in PAUSE

    Walker walker_ = Walker::Library;
    std::optional<LibraryTlb> library_tlb_;
    uint64_t look_at_tlb_at_ = 0; // instruction counts
    uint64_t look_at_tlb_after_ = kLookAtTlbSoon;
    uint64_t generation_at_look_ = 0;
    PageUse page_use_;
    mem::WriteAhead write_ahead_;
    bool traps_pages_ = false;
    std::set<uint64_t> watched_code_;  // pfns
    uint64_t forget_code_at_ = 0;      // instruction count
    bool discard_all_code_ = false;    // at the next start
    bool fill_refused_ = false;        // our walk denies the access that stopped the library
    bool run_one_block_ = false;       // under the library's walk, then leave_at_next_block_
    bool leave_at_next_block_ = false; // to choose the walker again
    bool changing_walker_ = false;     // the stop was for that

    std::vector<std::unique_ptr<Hole>> holes_;
    std::map<std::pair<uint32_t, uint32_t>, CpuidLeaf> cpuid_;
    EngineStatistics statistics_;
    DeliveryOutcome last_delivery_;
    std::string failure_;
};

} // namespace pagelab::cpu
