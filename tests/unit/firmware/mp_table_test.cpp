// The MP table: read as a kernel reads it.
#include "firmware/mp_table.hpp"

#include <cstring>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

using namespace pagelab;
using namespace pagelab::firmware;

namespace {

constexpr Processor kProcessor = {0x14, 0x663, 0x0783'fbfd};

struct Table {
    mp::TableHeader header;
    std::vector<mp::ProcessorEntry> processors;
    std::vector<mp::BusEntry> buses;
    std::vector<mp::IoApicEntry> io_apics;
    std::vector<mp::InterruptEntry> interrupts;
};

template<class Entry>
void take(std::vector<Entry>& list, uint8_t const*& at)
{
    Entry entry;
    std::memcpy(&entry, at, sizeof entry);
    list.push_back(entry);
    at += sizeof entry;
}

Table read(uint32_t processor_count)
{
    std::vector<uint8_t> bytes(memory_map::kMpTableSize, 0xcc);
    uint32_t const size = build_mp_table(bytes.data(), processor_count, kProcessor);
    REQUIRE(size <= bytes.size());
    for (uint32_t i = size; i < bytes.size(); i++)
        REQUIRE(bytes[i] == 0xcc);
    CHECK(mp::sum_of_bytes(bytes.data(), size) == 0);
    Table table = {};
    std::memcpy(&table.header, bytes.data(), sizeof table.header);
    CHECK(+table.header.length == size);
    uint8_t const* at = bytes.data() + sizeof table.header;
    uint8_t last_type = 0;
    for (uint16_t i = 0; i < table.header.entry_count; i++) {
        CHECK(*at >= last_type);
        last_type = *at;
        switch (*at) {
        case mp::kProcessor:
            take(table.processors, at);
            break;
        case mp::kBus:
            take(table.buses, at);
            break;
        case mp::kIoApic:
            take(table.io_apics, at);
            break;
        case mp::kIoInterrupt:
        case mp::kLocalInterrupt:
            take(table.interrupts, at);
            break;
        default:
            FAIL("unknown entry");
        }
    }
    CHECK(at == bytes.data() + size);
    return table;
}

} // namespace

TEST_CASE("every processor is named once, the first as the one that boots")
{
    for (uint32_t const count : {1u, 2u, 16u, 64u}) {
        CAPTURE(count);
        auto const table = read(count);
        CHECK(+table.header.signature == mp::kTableSignature);
        CHECK(+table.header.local_apic == 0xfee0'0000);
        CHECK(+table.header.revision == 4);
        REQUIRE(table.processors.size() == count);
        for (uint32_t i = 0; i < count; i++) {
            CHECK(+table.processors[i].apic_id == i);
            CHECK(+table.processors[i].flags == (i == 0 ? 3 : 1));
            CHECK(+table.processors[i].apic_version == 0x14);
            CHECK(+table.processors[i].signature == 0x663);
            CHECK(+table.processors[i].features == 0x0783'fbfd);
        }
    }
    CHECK(read(200).processors.size() == kMaxMpProcessors);
}

TEST_CASE("the ISA lines lead to the I/O APIC, the timer to input 2")
{
    auto const table = read(4);
    REQUIRE(table.buses.size() == 1);
    CHECK(std::string_view(table.buses[0].name, 6) == "ISA   ");
    REQUIRE(table.io_apics.size() == 1);
    CHECK(+table.io_apics[0].address == 0xfec0'0000);
    CHECK(+table.io_apics[0].apic_id == 4);
    REQUIRE(table.interrupts.size() == 15 + 2);
    for (unsigned i = 0; i < 15; i++) {
        auto const& line = table.interrupts[i];
        unsigned const irq = i < 2 ? i : i + 1;
        CHECK(+line.source_irq == irq);
        CHECK(+line.destination_apic == 4);
        CHECK(+line.destination_input == (irq == 0 ? 2 : irq));
    }
    CHECK(+table.interrupts[15].interrupt_type == mp::kExtInt);
    CHECK(+table.interrupts[16].interrupt_type == mp::kNmi);
    CHECK(+table.interrupts[16].destination_input == 1);
}

TEST_CASE("the pointer leads to the table")
{
    auto const pointer = make_mp_pointer(memory_map::kMpTable);
    CHECK(std::memcmp(&pointer, "_MP_", 4) == 0);
    CHECK(+pointer.table == 0x500);
    CHECK(+pointer.length == 1);
    CHECK(mp::sum_of_bytes(reinterpret_cast<uint8_t const*>(&pointer), 16) == 0);
}
