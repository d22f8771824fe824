// The machine's moments: RAM as pages, the processors by the engine, all else by serialize().
//
// The parts are written by cereal's portable binary archive, which throws when it is at its end.
#include <sstream>

#include <cereal/archives/portable_binary.hpp>
#include <cereal/types/array.hpp>
#include <cereal/types/chrono.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/vector.hpp>

#include "emu/machine/machine.hpp"

namespace pagelab::machine {

template<class Archive>
void Machine::serialize_parts(Archive& archive)
{
    archive(time_, schedule_, cpu_, slice_end_, next_attend_, a20_, resumes_);
    archive(last_stamp_, last_stamp_step_, stamp_repeats_, fw_cfg_, *chipset_);
}

void Machine::keep(mem::RamImage const& ram)
{
    kept_ = ram;
    memory_.dirty().clear();
}

Snapshot Machine::snapshot()
{
    std::ostringstream parts;
    cereal::PortableBinaryOutputArchive archive(parts);
    serialize_parts(archive);
    Snapshot const made{mem::RamImage::take(memory_, kept()), engine_->image(), parts.str()};
    keep(made.ram);
    engine_->watch_writes();
    return made;
}

Result<> Machine::restore(Snapshot const& snapshot)
{
    TRY(snapshot.ram.put(memory_, kept(),
                         [&](PhysAddr page) { engine_->discard_code(page, kPageSize); }));
    keep(snapshot.ram);
    TRY(engine_->set_image(snapshot.engine));
    try {
        std::istringstream parts(snapshot.parts);
        cereal::PortableBinaryInputArchive archive(parts);
        serialize_parts(archive);
    } catch (cereal::Exception const& error) {
        return fail("the state of the devices cannot be read: {}", error.what());
    }
    if (schedule_.size() != config_.cpus || cpu_ >= config_.cpus)
        return fail("a state of {} CPUs for a machine of {}", schedule_.size(), config_.cpus);
    return {};
}

} // namespace pagelab::machine
