// The order of a DMA request's parts (select, then read, else skip), zeroes after an item's end,
// and the answer in `control` are QEMU's (hw/nvram/fw_cfg.c). Whatever the guest asks for, one
// request does work in proportion to the RAM it names, and writes nothing outside RAM.
#include "emu/dev/fw_cfg.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "emu/base/check.hpp"
#include "guestkernel/abi/machine/ports.hpp"

namespace pagelab::dev {

using namespace pagelab::fw_cfg;

namespace {

template<class T>
std::vector<std::byte> bytes_of(T const& value)
{
    std::vector<std::byte> bytes(sizeof value);
    std::memcpy(bytes.data(), &value, sizeof value);
    return bytes;
}

} // namespace

FwCfg::FwCfg(DmaMemory& memory) : memory_(memory)
{
    set_item(kSignature, bytes_of(std::array{'Q', 'E', 'M', 'U'}));
    set_u32(kId, static_cast<uint32_t>(id::Traditional::mask | id::Dma::mask));
    write_directory();
}

void FwCfg::set_item(Key key, std::vector<std::byte> bytes)
{
    ENSURE(key < kFileFirst, "fw_cfg item {:#x}", static_cast<unsigned>(key));
    items_[key] = std::move(bytes);
}

void FwCfg::set_u16(Key key, uint16_t value)
{
    set_item(key, bytes_of(value));
}

void FwCfg::set_u32(Key key, uint32_t value)
{
    set_item(key, bytes_of(value));
}

Result<> FwCfg::set_file(std::string_view name, std::span<std::byte const> bytes)
{
    if (name.empty() || name.size() >= kFileNameSize)
        return fail("fw_cfg file name of {} bytes; 1 to {} are allowed", name.size(),
                    kFileNameSize - 1);
    auto file = std::ranges::find_if(files_, [&](auto const& f) { return name == f.name; });
    if (file == files_.end()) {
        if (files_.size() == kMaxFiles)
            return fail("more than {} fw_cfg files", kMaxFiles);
        FwCfgFile entry = {};
        entry.key = big_endian16(static_cast<uint16_t>(kFileFirst + files_.size()));
        name.copy(entry.name, name.size());
        file = files_.insert(files_.end(), entry);
    }
    file->size = big_endian(static_cast<uint32_t>(bytes.size()));
    items_[big_endian16(file->key)].assign(bytes.begin(), bytes.end());
    write_directory();
    return {};
}

void FwCfg::write_directory()
{
    auto directory = bytes_of(big_endian(static_cast<uint32_t>(files_.size())));
    auto const entries = std::as_bytes(std::span(files_));
    directory.insert(directory.end(), entries.begin(), entries.end());
    set_item(kFileDirectory, std::move(directory));
}

uint32_t FwCfg::port_in(uint16_t port, Width width)
{
    if (port >= port::kFwCfgDmaHigh)
        return dma_port_in(port, width);
    return width == Width::Byte ? next_byte() : 0; // QEMU: either port, a byte at a time
}

void FwCfg::port_out(uint16_t port, Width width, uint32_t value)
{
    if (port == port::kFwCfgSelector && width == Width::Word) {
        select(static_cast<uint16_t>(value));
    } else if (port == port::kFwCfgDmaHigh && width == Width::Dword) {
        dma_high_ = big_endian(value);
    } else if (port == port::kFwCfgDmaLow && width == Width::Dword) {
        run_dma(PhysAddr(uint64_t{dma_high_} << 32 | big_endian(value)));
        dma_high_ = 0;
    }
}

uint32_t FwCfg::dma_port_in(uint16_t port, Width width) const
{
    unsigned const shift = 8u * (port - port::kFwCfgDmaHigh);
    return static_cast<uint32_t>(big_endian64(kDmaSignature) >> shift) & ones(width);
}

void FwCfg::select(uint16_t key)
{
    key_ = key;
    offset_ = 0;
}

std::span<std::byte const> FwCfg::rest() const
{
    auto const item = items_.find(key_);
    return item == items_.end() ? std::span<std::byte const>{}
                                : std::span(item->second).subspan(offset_);
}

uint8_t FwCfg::next_byte()
{
    auto const bytes = rest();
    if (bytes.empty())
        return 0;
    offset_++;
    return static_cast<uint8_t>(bytes[0]);
}

void FwCfg::skip(uint32_t length)
{
    offset_ += std::min<size_t>(length, rest().size());
}

bool FwCfg::copy_to_guest(PhysAddr to, uint32_t length)
{
    auto const bytes = rest().first(std::min<size_t>(length, rest().size()));
    if (!bytes.empty() && !memory_.write(to, bytes))
        return false;
    offset_ += bytes.size();

    static constexpr std::array<std::byte, 4096> kZeroes = {};
    for (size_t done = bytes.size(); done < length;) {
        auto const part = std::min(kZeroes.size(), length - done);
        if (!memory_.write(to + done, std::span(kZeroes).first(part)))
            return false;
        done += part;
    }
    return true;
}

void FwCfg::run_dma(PhysAddr address)
{
    FwCfgDma request;
    if (!memory_.read(address, std::as_writable_bytes(std::span(&request, 1))))
        return; // nowhere to answer to
    uint32_t const control = big_endian(request.control);
    if (dma::Select::is_set(control))
        select(static_cast<uint16_t>(dma::Key::get(control)));

    bool done = true;
    if (dma::Read::is_set(control))
        done = copy_to_guest(PhysAddr(big_endian64(request.address)), big_endian(request.length));
    else if (dma::Write::is_set(control))
        done = false; // all items are read-only
    else if (dma::Skip::is_set(control))
        skip(big_endian(request.length));

    uint32_t const answer = done ? 0 : big_endian(static_cast<uint32_t>(dma::Error::mask));
    memory_.write(address, std::as_bytes(std::span(&answer, 1))); // `control` comes first
}

} // namespace pagelab::dev
