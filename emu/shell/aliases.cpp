// All runs of pages, kept; a look through them for each answer.
#include "emu/shell/aliases.hpp"

#include "emu/mmu/page_tables.hpp"

namespace pagelab::shell {

namespace {

constexpr size_t kMaxRuns = 1 << 20; // of hostile tables no more are kept

struct MappedRuns {
    std::vector<mmu::PageRun> runs;
};

Result<MappedRuns> read_runs(Session& session)
{
    MappedRuns mapped;
    mmu::Selection selection;
    selection.keep_going = [&] { return session.progress().step(0, 0).has_value(); };
    mmu::read_page_tables(session.target().context(), session.target().memory(), selection,
                          [&](mmu::PageRun const& run) {
                              mapped.runs.push_back(run);
                              return mapped.runs.size() < kMaxRuns;
                          });
    if (Progress::is_interrupted())
        return fail("interrupted");
    return mapped;
}

} // namespace

Result<std::vector<VirtAddr>> aliases_of(Session& session, PhysAddr physical)
{
    MappedRuns const& mapped =
        *TRY(session.derived<MappedRuns>([&] { return read_runs(session); }));
    std::vector<VirtAddr> aliases;
    for (mmu::PageRun const& run : mapped.runs) {
        uint64_t const pages = run.frames == mmu::Frames::Contiguous ? run.pages : 1;
        if (physical >= run.physical && physical - run.physical < pages << run.page_shift)
            aliases.push_back(run.start + (physical - run.physical));
    }
    return aliases;
}

} // namespace pagelab::shell
