// The MP configuration table: header, processors, bus, I/O APIC, interrupts.
#include "firmware/mp_table.hpp"

#include "guestkernel/abi/x86/lapic.hpp"

namespace pagelab::firmware {

namespace {

constexpr uint8_t kIsaBus = 0;
constexpr uint8_t kIoApicVersion = 0x11;
constexpr uint32_t kIoApicAddress = 0xfec0'0000;
constexpr uint8_t kIsaLines = 16, kTimerLine = 0, kCascadeLine = 2, kTimerInput = 2;
constexpr uint8_t kAllLocalApics = 0xff;

// Entries one behind the other.
class Writer {
  public:
    explicit Writer(uint8_t* to) : at_(to) {}

    template<class Entry>
    void add(Entry const& entry)
    {
        auto const* bytes = reinterpret_cast<uint8_t const*>(&entry);
        for (uint32_t i = 0; i < sizeof(Entry); i++)
            *at_++ = bytes[i];
        count_++;
    }

    uint8_t const* end() const { return at_; }
    uint16_t count() const { return count_; }

  private:
    uint8_t* at_;
    uint16_t count_ = 0;
};

void add_interrupts(Writer& writer, uint8_t io_apic)
{
    for (uint8_t line = 0; line < kIsaLines; line++) {
        uint8_t const input = line == kTimerLine ? kTimerInput : line;
        if (line != kCascadeLine)
            writer.add(
                mp::InterruptEntry{mp::kIoInterrupt, mp::kInt, 0, kIsaBus, line, io_apic, input});
    }
    writer.add(mp::InterruptEntry{mp::kLocalInterrupt, mp::kExtInt, 0, kIsaBus, 0, 0, 0});
    writer.add(mp::InterruptEntry{mp::kLocalInterrupt, mp::kNmi, 0, kIsaBus, 0, kAllLocalApics, 1});
}

} // namespace

uint32_t build_mp_table(uint8_t* to, uint32_t processor_count, Processor const& processor)
{
    uint32_t const count = processor_count < kMaxMpProcessors ? processor_count : kMaxMpProcessors;
    Writer writer(to + sizeof(mp::TableHeader));
    for (uint32_t i = 0; i < count; i++) {
        uint64_t const flags = mp::processor_flags::Enabled::mask |
                               (i == 0 ? mp::processor_flags::Bootstrap::mask : 0);
        writer.add(mp::ProcessorEntry{mp::kProcessor,
                                      static_cast<uint8_t>(i),
                                      processor.apic_version,
                                      static_cast<uint8_t>(flags),
                                      processor.signature,
                                      processor.features,
                                      {}});
    }
    auto const io_apic = static_cast<uint8_t>(count); // an id no processor has
    writer.add(mp::BusEntry{mp::kBus, kIsaBus, {'I', 'S', 'A', ' ', ' ', ' '}});
    writer.add(mp::IoApicEntry{mp::kIoApic, io_apic, kIoApicVersion, 1, kIoApicAddress});
    add_interrupts(writer, io_apic);

    auto const size = static_cast<uint16_t>(writer.end() - to);
    mp::TableHeader header = {
        .signature = mp::kTableSignature,
        .length = size,
        .revision = mp::kRevision14,
        .checksum = 0,
        .oem_id = {'P', 'A', 'G', 'E', 'L', 'A', 'B', ' '},
        .product_id = {'P', 'C', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' ', ' '},
        .oem_table = 0,
        .oem_table_size = 0,
        .entry_count = writer.count(),
        .local_apic = x86::lapic::kDefaultBase,
        .extended_length = 0,
        .extended_checksum = 0,
        .reserved = 0,
    };
    Writer(to).add(header);
    header.checksum = static_cast<uint8_t>(0 - mp::sum_of_bytes(to, size));
    Writer(to).add(header);
    return size;
}

mp::FloatingPointer make_mp_pointer(uint32_t table)
{
    mp::FloatingPointer pointer = {mp::kFloatingSignature, table, 1, mp::kRevision14, 0, {}};
    pointer.checksum = static_cast<uint8_t>(
        0 - mp::sum_of_bytes(reinterpret_cast<uint8_t const*>(&pointer), sizeof pointer));
    return pointer;
}

} // namespace pagelab::firmware
