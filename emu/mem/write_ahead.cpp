// Asking the host for the rest of a run of pages.
#include "emu/mem/write_ahead.hpp"

#include <algorithm>

#include <sys/mman.h>

namespace pagelab::mem {

WriteAhead::WriteAhead(PhysicalMemory const& memory)
    : memory_(memory), is_given_(memory.regions().back().end().value / kRun)
{
}

void WriteAhead::give(PhysAddr page)
{
    is_given_[page.value / kRun] = true;
    auto const bytes = memory_.host_span(page);
    uint64_t const rest = kRun - page.value % kRun;
#ifdef MADV_POPULATE_WRITE
    if (!bytes.empty())
        madvise(bytes.data(), std::min<uint64_t>(rest, bytes.size()), MADV_POPULATE_WRITE);
#endif
}

} // namespace pagelab::mem
