// GuestMemory: bytes at the guest kernel's virtual addresses, whatever is behind them.
//
// PagedMemory is the real one: any PhysicalReader seen through page tables by emu/mmu's walker.
// Reading has no effect on the guest, and ignores what a page permits (SMAP, NX, U/S): this is
// inspection, not an access by the CPU. The memory must outlive the view of it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "emu/base/error.hpp"
#include "emu/mmu/translate.hpp"

namespace pagelab::guest {

class GuestMemory {
  public:
    virtual ~GuestMemory() = default;

    // Fills `out` from `address` on, across pages; fails, naming the address, if one is not mapped.
    virtual Result<> read(VirtAddr address, std::span<std::byte> out) const = 0;

    // How many bytes from `address` to the end of its page (of whatever size); 0 if not mapped.
    virtual uint64_t mapped_run(VirtAddr address) const = 0;

    // How many bytes from `address` on are not mapped, as the entry that says so tells: a page, or
    // all that a missing table would map; 0 if it is mapped.
    virtual uint64_t unmapped_run(VirtAddr address) const = 0;

    // No page frame of RAM has this number or a higher one.
    virtual Pfn end() const = 0;
};

template<PhysicalReader Memory>
class PagedMemory final : public GuestMemory {
  public:
    PagedMemory(Memory const& memory, mmu::Context const& context)
        : memory_(memory), context_(context)
    {
        context_.cr4 &= ~x86::cr4::SupervisorAccessPrevention::mask;
    }

    Result<> read(VirtAddr address, std::span<std::byte> out) const override
    {
        while (!out.empty()) {
            auto const page = mmu::translate(context_, memory_, address, {});
            if (!page)
                return fail("address {:#x}: {}", address.value, mmu::name(page.error().reason));
            uint64_t const piece = std::min<uint64_t>(out.size(), rest_of_page(*page));
            memory_.read(page->address, out.first(piece));
            out = out.subspan(piece);
            address += piece;
        }
        return {};
    }

    uint64_t mapped_run(VirtAddr address) const override
    {
        auto const page = mmu::translate(context_, memory_, address, {});
        return page ? rest_of_page(*page) : 0;
    }

    uint64_t unmapped_run(VirtAddr address) const override
    {
        auto const page = mmu::translate(context_, memory_, address, {});
        if (page)
            return 0;
        mmu::WalkTrace const& trace = page.error().trace;
        if (trace.empty()) // not canonical: up to the upper half
            return (~uint64_t{0} << upper_half_shift()) - address.value;
        unsigned const index_bits = trace.entry_bytes == 4 ? 10 : 9;
        uint64_t const size = kPageSize << (trace.last().level - 1) * index_bits;
        return size - (address.value & (size - 1));
    }

    Pfn end() const override
    {
        if constexpr (requires { memory_.regions(); }) {
            PhysAddr last;
            for (auto const& region : memory_.regions())
                if (region.kind == decltype(region.kind)::Ram)
                    last = std::max(last, region.end());
            return phys_to_pfn(last);
        }
        return kMaxEnd;
    }

  private:
    static constexpr Pfn kMaxEnd{uint64_t{128} << (30 - kPageShift)}; // twice the largest machine

    unsigned upper_half_shift() const
    {
        return mmu::paging_mode(context_) == mmu::PagingMode::Level5 ? 56 : 47;
    }

    static uint64_t rest_of_page(mmu::Translation const& page)
    {
        uint64_t const size = uint64_t{1} << page.page_shift;
        return size - (page.address.value & (size - 1));
    }

    Memory const& memory_;
    mmu::Context context_;
};

} // namespace pagelab::guest
