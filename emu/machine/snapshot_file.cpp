// Header, frame, and what cereal makes of a machine. It throws at the end of what it reads.
#include "emu/machine/snapshot_file.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <spanstream>
#include <sstream>

#include <zstd.h>

#include <cereal/archives/portable_binary.hpp>
#include <cereal/types/array.hpp>
#include <cereal/types/map.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/string.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/vector.hpp>

#include "emu/base/replace_file.hpp"

namespace pagelab::machine {

// Found by cereal through their arguments.
template<class Archive>
void serialize(Archive& archive, StuckBit& stuck)
{
    archive(stuck.address.value, stuck.bit);
}

template<class Archive>
void serialize(Archive& archive, MachineConfig& config)
{
    archive(config.ram_size, config.cpus, config.seed, config.cpu_model, config.lapic,
            config.stuck_bits, config.rtc_start);
}

namespace {

constexpr std::array<char, 8> kMagic = {'P', 'A', 'G', 'E', 'L', 'A', 'B', '\x1a'};
constexpr int kLevel = 1; // of compression: faster than the disk
constexpr uint64_t kLargest = uint64_t{128} << 30;

struct Header {
    std::array<char, 8> magic = kMagic;
    uint32_t version = kSnapshotVersion;
    uint32_t zero = 0;
};
static_assert(sizeof(Header) == 16);

// All but RAM. The map of memory the firmware started from is among the items.
template<class Archive, class Saved>
void serialize_parts(Archive& archive, Saved& saved)
{
    archive(saved.config, saved.surroundings.kernel_file, saved.surroundings.awaited, saved.rom,
            saved.items, saved.snapshot.engine, saved.snapshot.parts);
}

void write_pages(std::ostream& out, cereal::PortableBinaryOutputArchive& archive,
                 mem::RamImage const& ram)
{
    archive(ram.pages() - ram.zero_pages());
    for (uint64_t number = 0; number < ram.pages(); ++number) {
        mem::RamPage const* const page = ram.page(number);
        if (page == nullptr)
            continue;
        archive(number);
        out.write(reinterpret_cast<char const*>(page->data()), sizeof *page);
    }
}

Result<mem::RamImage> read_pages(std::istream& in, cereal::PortableBinaryInputArchive& archive,
                                 SavedMachine const& saved)
{
    auto memory = TRY(mem::PhysicalMemory::create(saved.config.ram_size, saved.rom));
    uint64_t count = 0;
    archive(count);
    for (; count != 0; --count) {
        uint64_t number = 0;
        archive(number);
        if (number >= memory.ram_pages())
            return fail("page {} of {}", number, memory.ram_pages());
        in.read(reinterpret_cast<char*>(memory.ram_bytes(number)), kPageSize);
        if (!in)
            return fail("it ends in the middle of a page");
    }
    return mem::RamImage::take(memory, nullptr);
}

Result<SavedMachine> parse_body(std::span<char> body)
{
    std::ispanstream in(body);
    SavedMachine saved;
    try {
        cereal::PortableBinaryInputArchive archive(in);
        serialize_parts(archive, saved);
        saved.snapshot.ram = TRY(read_pages(in, archive, saved));
    } catch (std::exception const& error) { // cereal's, and of sizes that cannot be
        return fail("{}", error.what());
    }
    return saved;
}

std::vector<std::byte> rom_of(mem::PhysicalMemory const& memory)
{
    for (mem::Region const& region : memory.regions())
        if (region.kind == mem::Region::Kind::Rom)
            return {region.host, region.host + region.size};
    return {};
}

Result<std::vector<std::byte>> compress(std::string_view body)
{
    std::vector<std::byte> frame(ZSTD_compressBound(body.size()));
    ZSTD_CCtx* const context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    size_t const size =
        ZSTD_compress2(context, frame.data(), frame.size(), body.data(), body.size());
    ZSTD_freeCCtx(context);
    if (ZSTD_isError(size) != 0)
        return fail("cannot compress: {}", ZSTD_getErrorName(size));
    frame.resize(size);
    return frame;
}

} // namespace

Result<> write_snapshot(std::filesystem::path const& file, Machine& machine,
                        Surroundings const& surroundings)
{
    SavedMachine const saved = {machine.config(), surroundings, rom_of(machine.memory()),
                                machine.fw_cfg().items(), machine.snapshot()};
    std::ostringstream out;
    {
        cereal::PortableBinaryOutputArchive archive(out);
        serialize_parts(archive, saved);
        write_pages(out, archive, saved.snapshot.ram);
    }
    std::vector<std::byte> const frame = TRY(compress(out.view()));
    Header const header;
    return replace_file(file, {std::as_bytes(std::span(&header, 1)), frame});
}

Result<SavedMachine> parse_snapshot(std::span<std::byte const> bytes)
{
    Header header;
    if (bytes.size() < sizeof header)
        return fail("is no snapshot of pagelab");
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.magic != kMagic)
        return fail("is no snapshot of pagelab");
    if (header.version != kSnapshotVersion || header.zero != 0)
        return fail("is a snapshot of version {}; this is for {}", header.version,
                    kSnapshotVersion);
    auto const frame = bytes.subspan(sizeof header);
    uint64_t const size = ZSTD_getFrameContentSize(frame.data(), frame.size());
    if (size > kLargest) // which errors are as well
        return fail("is damaged: its size cannot be read");
    HostMemory const body = TRY(HostMemory::create(size, HostPages::Huge));
    size_t const got = ZSTD_decompress(body.data(), size, frame.data(), frame.size());
    if (ZSTD_isError(got) != 0)
        return fail("is damaged: {}", ZSTD_getErrorName(got));
    if (got != size)
        return fail("is damaged: it has {} bytes, not {}", got, size);
    auto saved = parse_body({reinterpret_cast<char*>(body.data()), size});
    if (!saved)
        return fail("is damaged: {}", saved.error().message);
    return saved;
}

Result<SavedMachine> read_snapshot(std::filesystem::path const& file)
{
    auto const bytes = HostMemory::map_file(file);
    if (!bytes)
        return fail("cannot read '{}': {}", file.string(), bytes.error().message);
    auto saved = parse_snapshot(*bytes);
    if (!saved)
        return fail("'{}' {}", file.string(), saved.error().message);
    return saved;
}

Result<std::unique_ptr<Machine>> make_machine(SavedMachine const& saved, Attendant& attendant)
{
    auto machine = TRY(Machine::create(saved.config, saved.rom, attendant));
    machine->fw_cfg().replace_items(saved.items);
    TRY(machine->restore(saved.snapshot));
    return machine;
}

} // namespace pagelab::machine
