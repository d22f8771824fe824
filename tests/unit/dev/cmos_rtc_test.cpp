#include "emu/dev/cmos_rtc.hpp"

#include <doctest/doctest.h>

#include "tests/unit/dev/fakes.hpp"

using namespace pagelab::dev;
using namespace std::chrono;

namespace {

constexpr uint64_t kSecondNs = 1'000'000'000;

struct Rig {
    explicit Rig(sys_seconds start, CmosConfig config = {}) : rtc(clock, irq8, start, config) {}

    FakeClock clock;
    FakeLine irq8;
    CmosRtc rtc;

    uint8_t in(unsigned index)
    {
        out8(rtc, 0x70, index);
        return in8(rtc, 0x71);
    }
    void out(unsigned index, unsigned value)
    {
        out8(rtc, 0x70, index);
        out8(rtc, 0x71, value);
    }
    void wait(uint64_t ns)
    {
        clock.now += ns;
        rtc.advance_to(clock.now);
    }
    // 0xYYYYMMDD and 0xhhmmss in BCD.
    unsigned date() { return unsigned{in(0x32)} << 24 | in(9) << 16 | in(8) << 8 | in(7); }
    unsigned time() { return unsigned{in(4)} << 16 | in(2) << 8 | in(0); }
};

sys_seconds at(year_month_day date, seconds time)
{
    return sys_days(date) + time;
}

} // namespace

TEST_CASE("rtc: starts at the given date and follows virtual time in BCD, 24 hours")
{
    Rig rig(at(2024y / January / 1, 13h + 5min + 59s));
    CHECK(rig.date() == 0x20240101);
    CHECK(rig.time() == 0x130559);
    CHECK(rig.in(6) == 2); // a Monday
    CHECK(rig.in(0x0a) == 0x26);
    CHECK(rig.in(0x0b) == 0x02);
    CHECK(rig.in(0x0d) == 0x80);
    CHECK(in8(rig.rtc, 0x70) == 0xff);
    rig.wait(kSecondNs - 1);
    CHECK(rig.time() == 0x130559);
    rig.wait(1);
    CHECK(rig.time() == 0x130600);
}

TEST_CASE("rtc: rolls over days, months, years and leap days")
{
    struct Case {
        year_month_day before;
        unsigned after;
    };
    for (Case const& c : {Case{2024y / January / 31, 0x20240201},
                          {2024y / February / 28, 0x20240229},
                          {2024y / February / 29, 0x20240301},
                          {2023y / February / 28, 0x20230301},
                          {2100y / February / 28, 0x21000301},
                          {2000y / February / 28, 0x20000229},
                          {2024y / April / 30, 0x20240501},
                          {1999y / December / 31, 0x20000101}}) {
        Rig rig(at(c.before, 23h + 59min + 59s));
        rig.wait(kSecondNs);
        CHECK(rig.date() == c.after);
        CHECK(rig.time() == 0);
    }
}

TEST_CASE("rtc: binary and twelve-hour formats")
{
    Rig rig(at(2031y / December / 30, 0h + 45min));
    rig.out(0x0b, 0x06);
    CHECK(rig.in(9) == 31);
    CHECK(rig.in(2) == 45);
    rig.out(0x0b, 0x04);
    CHECK(rig.in(4) == 12); // midnight is 12 AM
    rig.wait(12 * 3600 * kSecondNs);
    CHECK(rig.in(4) == (0x80 | 12)); // noon is 12 PM
    rig.wait(11 * 3600 * kSecondNs);
    CHECK(rig.in(4) == (0x80 | 11));
    rig.out(0x0b, 0x00);
    CHECK(rig.in(4) == (0x80 | 0x11));
    rig.out(4, 0x92);
    CHECK(rig.in(4) == 0x92);
    rig.out(4, 0x12);
    CHECK(rig.in(4) == 0x12);
    rig.out(0x0b, 0x02);
    CHECK(rig.in(4) == 0x00);
}

TEST_CASE("rtc: setting the time stops updates and takes the new fields together")
{
    Rig rig(at(2024y / February / 10, 1h));
    rig.wait(kSecondNs / 4);
    rig.out(0x0b, 0x82);
    rig.wait(5 * kSecondNs);
    CHECK(rig.time() == 0x010000);
    CHECK(rig.in(0x0a) == 0x26);
    rig.out(7, 0x31); // the 31st of February, until the month is written
    rig.out(8, 0x03);
    rig.out(9, 0x25);
    rig.out(4, 0x23);
    rig.out(2, 0x59);
    rig.out(0, 0x58);
    CHECK(rig.date() == 0x20250331);
    rig.out(0x0b, 0x02);
    CHECK(rig.time() == 0x235958);
    rig.wait(kSecondNs / 2);
    CHECK(rig.time() == 0x235958); // SET does not restart the divider
    rig.wait(kSecondNs / 4);
    CHECK(rig.time() == 0x235959);
    rig.wait(kSecondNs);
    CHECK(rig.date() == 0x20250401);
    rig.out(0x32, 0x19);
    CHECK(rig.date() == 0x19250401);
}

TEST_CASE("rtc: holding the divider restarts the second in its middle")
{
    Rig rig(at(2024y / May / 5, 0s));
    rig.wait(kSecondNs * 9 / 10);
    rig.out(0x0a, 0x76);
    rig.wait(kSecondNs * 10);
    CHECK(rig.time() == 0);
    rig.out(0x0a, 0x26);
    rig.wait(kSecondNs / 2 - 1);
    CHECK(rig.time() == 0);
    rig.wait(1);
    CHECK(rig.time() == 1);
}

TEST_CASE("rtc: UIP warns for the last 244 microseconds")
{
    Rig rig(at(2024y / May / 5, 0s));
    CHECK(rig.in(0x0a) == 0x26);
    rig.wait(kSecondNs - 244'001);
    CHECK(rig.in(0x0a) == 0x26);
    rig.wait(1);
    CHECK(rig.in(0x0a) == 0xa6);
    CHECK(rig.in(0) == 0);
    rig.wait(244'000);
    CHECK(rig.in(0x0a) == 0x26);
    CHECK(rig.in(0) == 1);
}

TEST_CASE("rtc: the periodic interrupt, its rate, and register C")
{
    Rig rig(at(2024y / May / 5, 0s));
    CHECK(!rig.rtc.next_event_ns());
    rig.out(0x0b, 0x42);
    REQUIRE(rig.rtc.next_event_ns() == 976'563u); // 1024 Hz, rounded up
    rig.wait(976'562);
    CHECK(!rig.irq8.level);
    rig.wait(1);
    CHECK(rig.irq8.level);
    CHECK(!rig.rtc.next_event_ns()); // nothing new before C is read
    CHECK(rig.in(0x0c) == 0xc0);
    CHECK(!rig.irq8.level);
    CHECK(rig.in(0x0c) == 0);
    CHECK(rig.rtc.next_event_ns() == 1'953'125u);

    for (unsigned seconds = 0; seconds < 2; ++seconds) {
        rig.out(0x0a, 0x2f); // 2 Hz
        rig.in(0x0c);
        unsigned const before = rig.irq8.rises;
        uint64_t const end = rig.clock.now + kSecondNs;
        while (*rig.rtc.next_event_ns() <= end) {
            rig.wait(*rig.rtc.next_event_ns() - rig.clock.now);
            rig.in(0x0c);
        }
        CHECK(rig.irq8.rises == before + 2);
    }
    rig.out(0x0a, 0x20);
    CHECK(!rig.rtc.next_event_ns());
}

TEST_CASE("rtc: rates 1 and 2 are 256 and 128 Hz")
{
    for (auto [rate, ns] : {std::pair{0x21, 3'906'250u}, {0x22, 7'812'500u}, {0x23, 122'071u}}) {
        Rig rig(at(2024y / May / 5, 0s));
        rig.out(0x0a, static_cast<unsigned>(rate));
        rig.out(0x0b, 0x42);
        CHECK(rig.rtc.next_event_ns() == ns);
    }
}

TEST_CASE("rtc: update-ended and alarm interrupts")
{
    Rig rig(at(2024y / May / 5, 10h));
    rig.out(0x0b, 0x12);
    CHECK(rig.rtc.next_event_ns() == kSecondNs);
    rig.wait(kSecondNs);
    CHECK(rig.irq8.level);
    CHECK((rig.in(0x0c) & 0xb0) == 0x90);

    rig.out(1, 0x05);
    rig.out(3, 0xff); // any minute
    rig.out(5, 0x10);
    rig.out(0x0b, 0x22);
    rig.wait(3 * kSecondNs);
    CHECK(!rig.irq8.level);
    rig.wait(kSecondNs);
    CHECK(rig.irq8.level);
    CHECK((rig.in(0x0c) & 0xb0) == 0xb0);

    rig.out(5, 0x09); // tomorrow; also when nobody looks for days
    rig.wait(uint64_t{3600} * kSecondNs);
    CHECK(!rig.irq8.level);
    rig.wait(uint64_t{100} * 86400 * kSecondNs);
    CHECK(rig.irq8.level);
}

TEST_CASE("rtc: flags are set whether enabled or not; SET disables update-ended")
{
    Rig rig(at(2024y / May / 5, 10h));
    rig.wait(kSecondNs);
    CHECK(rig.in(0x0c) == 0x50); // the alarm at 00:00:00 has not come
    CHECK(!rig.irq8.level);
    rig.out(0x0b, 0x92);
    CHECK(rig.in(0x0b) == 0x82);
}

TEST_CASE("rtc: memory sizes as firmware reads them, and plain memory")
{
    Rig rig(at(2024y / May / 5, 0s),
            {.low_ram = 128 << 20, .high_ram = uint64_t{5} << 30, .cpus = 4});
    auto const word = [&](unsigned index) { return rig.in(index) | rig.in(index + 1) << 8; };
    CHECK(word(0x15) == 640);
    CHECK(word(0x17) == 65535); // 127 MiB in KiB does not fit
    CHECK(word(0x30) == 65535);
    CHECK(word(0x34) == (112 << 20) / 65536);
    CHECK((word(0x5b) | rig.in(0x5d) << 16) == 5 << 14);
    CHECK(rig.in(0x5f) == 3);
    unsigned sum = 0;
    for (unsigned i = 0x10; i <= 0x2d; ++i)
        sum += rig.in(i);
    CHECK((rig.in(0x2e) << 8 | rig.in(0x2f)) == static_cast<int>(sum));

    rig.out(0x0f, 0x0a); // shutdown status
    CHECK(rig.in(0x0f) == 0x0a);
    rig.out(0xff, 0x5a); // bit 7 is the NMI mask
    CHECK(rig.in(0x7f) == 0x5a);
    rig.out(0x0d, 0);
    CHECK(rig.in(0x0d) == 0x80);

    Rig small(at(2024y / May / 5, 0s), {.low_ram = 8 << 20});
    CHECK((small.in(0x30) | small.in(0x31) << 8) == 7 << 10);
    CHECK((small.in(0x34) | small.in(0x35) << 8) == 0);
    CHECK(small.in(0x5f) == 0);
}
