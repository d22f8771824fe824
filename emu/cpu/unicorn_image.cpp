// The processors put away and back: Engine::image().
#include <algorithm>

#include "emu/cpu/unicorn_engine.hpp"

namespace pagelab::cpu {

EngineImage UnicornEngine::image() const
{
    EngineImage image;
    image.instructions = instructions();
    image.cpu = cpu_;
    for (Processor const& processor : processors_)
        image.processors.push_back({processor.state, processor.pdptes});
    auto const bytes = access_.bytes();
    image.processors[cpu_] = {{bytes.begin(), bytes.end()}, access_.pdptes()};
    image.pause = {.deadline = deadline_,
                   .slice_end = slice_end_,
                   .watch_window = watch_window_,
                   .watch_pause = watch_pause_,
                   .resuming = debug_.resuming,
                   .pausing = pausing_,
                   .whole_end = debug_.whole_end,
                   .passed = debug_.passed,
                   .held = debug_.held,
                   .report_held = debug_.report_held,
                   .deferred = std::nullopt};
    if (deferred_stop_)
        image.pause.deferred = static_cast<uint8_t>(*deferred_stop_);
    return image;
}

Result<> UnicornEngine::set_image(EngineImage const& image)
{
    auto const bytes = access_.bytes();
    if (image.processors.size() != processors_.size() || image.cpu >= processors_.size())
        return fail("a state of {} CPUs for a machine of {}", image.processors.size(),
                    processors_.size());
    for (EngineImage::Processor const& processor : image.processors)
        if (processor.state.size() != bytes.size())
            return fail("the state of a CPU has {} bytes, not {}: it is of another Unicorn",
                        processor.state.size(), bytes.size());
    switch_to(image.cpu);
    for (size_t i = 0; i < processors_.size(); ++i)
        processors_[i] = {image.processors[i].state, image.processors[i].pdptes, walker_, true};
    std::ranges::copy(image.processors[cpu_].state, bytes.begin());
    access_.set_pdptes(image.processors[cpu_].pdptes);
    processors_[cpu_].flush_tlb = false;
    flush_tlb();
    memo_ = {};
    ++generation_;
    clock_.set_retired(image.instructions);
    look_at_tlb_at_ = image.instructions + look_at_tlb_after_;
    leave_at_next_block_ = run_one_block_ = changing_walker_ = fill_refused_ = cutting_ = false;
    cut_at_ = DebugState::kNever;
    stop_.reset();
    deferred_stop_.reset();
    if (image.pause.deferred)
        deferred_stop_ = static_cast<Stop>(*image.pause.deferred);
    debug_.leave_pieces();
    debug_.last_cut = {DebugState::kNever, 0};
    EngineImage::Pause const& pause = image.pause;
    deadline_ = pause.deadline;
    slice_end_ = pause.slice_end;
    watch_window_ = pause.watch_window;
    watch_pause_ = pause.watch_pause;
    pausing_ = pause.pausing;
    debug_.resuming = pause.resuming;
    debug_.whole_end = pause.whole_end;
    debug_.passed = pause.passed;
    debug_.held = pause.held;
    debug_.report_held = pause.report_held;
    choose_walker();
    update_attention();
    return {};
}

} // namespace pagelab::cpu
