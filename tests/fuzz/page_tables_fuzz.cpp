// Random registers, addresses and tables into translate(): bounded, pure, consistent.
#include <algorithm>
#include <vector>

#include "emu/base/check.hpp"
#include "emu/mmu/error_code.hpp"
#include "emu/mmu/tlb_rights.hpp"
#include "emu/mmu/translate.hpp"
#include "tests/fuzz/fuzz_one.hpp"

using namespace pagelab;
using namespace pagelab::mmu;

namespace {

// All of memory is the input, over and over. Notes what is read of it.
class RepeatingMemory {
  public:
    explicit RepeatingMemory(std::span<std::byte const> pattern) : pattern_(pattern) {}

    void read(PhysAddr address, std::span<std::byte> out) const
    {
        for (size_t i = 0; i < out.size(); ++i)
            out[i] = pattern_.empty() ? std::byte{0xff}
                                      : pattern_[(address.value + i) % pattern_.size()];
        reads.push_back({address, out.size()});
    }
    uint32_t read_u32(PhysAddr address) const { return word<uint32_t>(address); }
    uint64_t read_u64(PhysAddr address) const { return word<uint64_t>(address); }

    struct Read {
        PhysAddr address;
        size_t bytes;
    };
    mutable std::vector<Read> reads;

  private:
    template<class Word>
    Word word(PhysAddr address) const
    {
        Word value;
        read(address, std::as_writable_bytes(std::span(&value, 1)));
        return value;
    }
    std::span<std::byte const> pattern_;
};

struct Question {
    uint64_t cr0, cr3, cr4, efer, rflags, address;
    uint8_t physical_bits, operation, requester, segment;
};

void check_trace(Context const& context, RepeatingMemory const& memory, WalkTrace const& trace)
{
    ENSURE(trace.size() <= level_count(paging_mode(context)), "{} steps", trace.size());
    ENSURE(memory.reads.size() == trace.size(), "{} reads", memory.reads.size());
    uint64_t const allowed = x86::pte::Accessed::mask | x86::pte::Dirty::mask;
    auto read = memory.reads.begin();
    for (WalkStep const& step : trace) {
        ENSURE(read->address == step.entry, "read at {:#x}", read->address.value);
        ENSURE(read->bytes == trace.entry_bytes, "read of {} bytes", read->bytes);
        ENSURE(step.entry.value % trace.entry_bytes == 0, "entry at {:#x}", step.entry.value);
        ENSURE(step.entry.value >> 52 == 0, "entry at {:#x}", step.entry.value);
        ENSURE((step.updated & step.raw) == step.raw, "flags cleared: {:#x}", step.updated);
        ENSURE((step.updated & ~step.raw & ~allowed) == 0, "more set: {:#x}", step.updated);
        ++read;
    }
}

void check_translation(Context const& context, Translation const& translation, Access access)
{
    ENSURE(translation.address.value >> 52 == 0, "at {:#x}", translation.address.value);
    TlbRights const rights = tlb_rights(context, translation, access.requester);
    bool const granted[] = {rights.read, rights.write, rights.fetch};
    ENSURE(granted[static_cast<unsigned>(access.operation)], "the access itself is not granted");
}

void check_fault(Fault const& fault, Access access)
{
    if (fault.vector != x86::Vector::page_fault) {
        ENSURE(fault.error_code == 0, "code {:#x}", fault.error_code);
        return;
    }
    ENSURE(fault.error_code < 32, "code {:#x}", fault.error_code);
    Access const told = access_of(fault.error_code);
    ENSURE((told.operation == Operation::Write) == (access.operation == Operation::Write),
           "code {:#x}", fault.error_code);
    ENSURE((told.requester == Requester::User) == (access.requester == Requester::User),
           "code {:#x}", fault.error_code);
}

} // namespace

int fuzz_one(std::span<std::byte const> input)
{
    Question question = {};
    size_t const head = std::min(input.size(), sizeof question);
    std::ranges::copy(input.first(head), std::as_writable_bytes(std::span(&question, 1)).begin());
    Context const context{question.cr0,  question.cr3,    question.cr4,
                          question.efer, question.rflags, 32u + question.physical_bits % 21};
    Access const access{static_cast<Operation>(question.operation % 3),
                        static_cast<Requester>(question.requester % 3),
                        static_cast<Segment>(question.segment % 2)};
    uint64_t address = question.address;
    if (question.segment % 4 < 2) // or most would not be canonical
        address = static_cast<uint64_t>(static_cast<int64_t>(address) >> 17);

    RepeatingMemory const memory(input.subspan(head));
    auto const result = translate(context, memory, VirtAddr(address), access);
    check_trace(context, memory, result ? result->trace : result.error().trace);
    if (result)
        check_translation(context, *result, access);
    else
        check_fault(result.error(), access);
    return 0;
}
