// The shell's commands on kernel structures against real guests, at a point of random traffic:
// what the guest's own files say is what the commands compute, and no damage is found.
#include <array>
#include <string>

#include <doctest/doctest.h>

#include "emu/shell/session.hpp"
#include "tests/session/live_guest.hpp"

using namespace pagelab;
using namespace pagelab::session;

namespace {

constexpr uint64_t kRam = uint64_t{64} << 20;

// A guest that has had some traffic, and a shell on it.
struct ShellGuest {
    ShellGuest(std::string const& arch, std::string const& command_line, uint64_t ram = kRam)
        : guest(arch, ram, command_line), target(guest.machine(), kernel_image(arch)),
          session(target, nullptr, stdout)
    {
        guest.ask("churn 400 1");
    }

    std::string ask(std::string const& line)
    {
        std::string const answer = guest.ask(line);
        target.moved();
        return answer;
    }

    shell::Json read(std::string const& line)
    {
        auto document = session.read(line);
        INFO(line);
        REQUIRE_MESSAGE(document.has_value(), document.error().message);
        return *document;
    }

    LiveGuest guest;
    shell::Target target;
    shell::Session session;
};

template<class Test>
void on_all_guests(Test test)
{
    for (std::string const arch : {"x86_64", "i686"}) {
        for (std::string const allocator : {"slub", "slab", "slob"}) {
            CAPTURE(arch);
            CAPTURE(allocator);
            ShellGuest guest(arch, "quiet slab_allocator=" + allocator);
            test(guest, allocator);
        }
    }
}

} // namespace

TEST_CASE("files of /proc are computed byte for byte; no structure of a sound guest is damaged")
{
    on_all_guests([](ShellGuest& guest, std::string const& allocator) {
        for (std::string const file : {"buddyinfo", "zoneinfo", "vmallocinfo", "iomem"}) {
            CAPTURE(file);
            CHECK(guest.ask("cat /proc/" + file) == guest.read(file)["text"]);
        }
        if (allocator != "slob")
            CHECK(guest.ask("cat /proc/slabinfo") == guest.read("slabinfo")["text"]);
        CHECK(guest.read("buddy")["damage"] == shell::Json::array());
        CHECK(guest.read("buddy")["verified"] == true);
        CHECK(guest.read("slab")["damage"] == shell::Json::array());
        auto const check = guest.read("check");
        INFO(check.dump(1));
        CHECK(check["nr_damage"] == 0);
        for (shell::Json const& structure : check["structures"])
            CHECK(!structure.contains("error"));
    });
}

TEST_CASE("every other command answers, in its shape")
{
    on_all_guests([](ShellGuest& guest, std::string const& allocator) {
        for (std::string const line :
             {"zones", "buddy --used", "buddy DMA 3", "pcp", "page contig_page_data", "vmalloc",
              "vmalloc --free", "percpu current_task", "percpu runqueues", "modules", "tasks",
              "what $rsp", "what contig_page_data", "what -p 0x100000", "what -f 0x300"})
            guest.read(line);
        if (allocator != "slob")
            guest.read("objects kmalloc-64");
        CHECK(guest.read("tasks")["damage"] == shell::Json::array());
    });
}

TEST_CASE("buddy lists as many pages by address as it counts")
{
    ShellGuest guest("x86_64", "quiet");
    shell::Json const buddy = guest.read("buddy --used -c 0");
    for (shell::Json const& zone : buddy["zones"]) {
        uint64_t free = 0;
        uint64_t all = 0;
        for (shell::Json const& block : zone["blocks"]) {
            uint64_t const pages = block["size"].get<uint64_t>() / kPageSize;
            all += pages;
            free += block["type"] == "free" ? pages : 0;
        }
        CHECK(free == zone["free"]);
        CHECK(all == zone["size"]);
    }
}

TEST_CASE(
    "what kmalloc gave is an object in use, nobody's, and found as a leak; what kfree got back "
    "is free")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        for (std::string const allocator : {"slub", "slab"}) {
            CAPTURE(arch);
            CAPTURE(allocator);
            ShellGuest guest(arch, "quiet no_hash_pointers slab_allocator=" + allocator);
            std::string const said = guest.ask("slab alloc kmalloc-64 40"); // some may be on stacks
            CAPTURE(said);
            REQUIRE(said.starts_with("0x"));
            std::string const address = said.substr(0, said.find('\n'));
            auto const used = guest.read("what " + address);
            CHECK(used["identities"][0] == "slab object: kmalloc-64+0x0");
            CHECK(used["slab"]["free"] == false);
            auto const inside = guest.read("what " + address + "+0x11");
            CHECK(inside["identities"][0] == "slab object: kmalloc-64+0x11");
            CHECK(inside["slab"]["object"] == address);
            shell::Json const leaks = guest.read("leaks -c 0");
            CHECK(leaks["nr_leaks"] >= 36);
            CHECK(leaks["nr_leaks"] <= 40);
            for (shell::Json const& leak : leaks["leaks"])
                CHECK(said.contains(leak["address"].get<std::string>()));
            guest.ask("slab free " + address);
            CHECK(guest.read("what " + address)["identities"][0] ==
                  "free slab object: kmalloc-64+0x0");
        }
    }
}

TEST_CASE("with slub_debug: red zones, and who took an object and gave it back")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        ShellGuest guest(arch, "quiet no_hash_pointers page_owner=on slub_debug=FZPU");
        std::string const said = guest.ask("slab alloc kmalloc-64 1");
        std::string const address = said.substr(0, said.find('\n'));
        auto const used = guest.read("what " + address);
        CHECK(used["red_zones"] == "intact");
        CHECK(used["allocated"]["stack"].size() >= 3);
        CHECK(!used.contains("freed"));
        CHECK(used["page_owner"]["allocated"] == true);
        auto const behind = PhysAddr(std::stoull(used["physical"].get<std::string>(), nullptr, 16) +
                                     64); // the red zone
        std::array<std::byte, 1> const wild = {std::byte{0x41}};
        std::array<std::byte, 1> old{};
        guest.target.memory().read(behind, old);
        guest.target.memory().write(behind, wild);
        guest.target.moved();
        CHECK(guest.read("what " + address)["red_zones"] ==
              "right red zone overwritten at offset 64: 0x41 instead of 0xcc");
        guest.target.memory().write(behind, old);
        guest.ask("slab free " + address);
        auto const freed = guest.read("what " + address);
        CHECK(freed["slab"]["free"] == true);
        CHECK(freed["red_zones"] == "intact");
        CHECK(freed["freed"]["stack"].size() >= 3);
        bool is_listed = false;
        auto const listed = guest.read("objects kmalloc-64 -c 0");
        for (shell::Json const& object : listed["objects"])
            is_listed = is_listed || (object["address"] == address && object["state"] == "free");
        CHECK(is_listed);
        auto const owners = guest.read("owners");
        CHECK(owners["nr_owners"] > 10);
        CHECK(owners["owners"][0]["stack"].size() >= 3);
    }
}

TEST_CASE("kmap's slots, and every address that shows a frame")
{
    ShellGuest guest("i686", "quiet", uint64_t{1} << 30);
    std::string const said = guest.ask("alloc 0 highuser"); // "pfn 0x38006 order 0 zone HighMem"
    std::string const pfn = said.substr(4, said.find(' ', 4) - 4);
    size_t const before = guest.read("kmap")["slots"].size();
    CHECK(guest.read("what -f " + pfn)["aliases"].empty());
    std::string const mapped = guest.ask("kmap " + pfn); // "0xff001000: 00000000"
    std::string const window = mapped.substr(0, mapped.find(':'));
    auto const kmap = guest.read("kmap");
    INFO(kmap.dump());
    CHECK(kmap["slots"].size() == before + 1);
    std::string users;
    for (shell::Json const& slot : kmap["slots"])
        if (slot["address"] == window)
            users = fmt::format("kmap: slot {}, {} users", slot["slot"].get<unsigned>(),
                                slot["users"].get<unsigned>());
    CHECK(guest.read("what -f " + pfn)["aliases"] == shell::Json::array({window}));
    CHECK(guest.read("what " + window)["identities"][0] == users);
    guest.ask("kunmap " + pfn);
    auto const area = guest.ask("vmalloc 8K"); // "0xf8005000, 2 pages, pfn 0x1000 0x1001"
    auto const what = guest.read("what " + area.substr(0, area.find(',')));
    CHECK(what["aliases"].size() + (what["page"]["zone"] == "HighMem" ? 1 : 0) == 1);
}

TEST_CASE("damage is listed by all that look at the structure, and ends nothing")
{
    ShellGuest guest("x86_64", "quiet");
    shell::Json const zone = guest.read("buddy DMA32 10 -c 1")["zones"][0];
    std::string const page = zone["blocks"][0]["page"];
    auto const where = guest.read("what " + page)["physical"].get<std::string>();
    auto const previous = PhysAddr(std::stoull(where, nullptr, 16) + 16); // buddy_list.prev
    std::array<std::byte, 8> const wild = {std::byte{0x41}};
    guest.target.memory().write(previous, wild);
    guest.target.moved();
    CHECK(guest.read("buddy")["damage"].size() >= 1);
    CHECK(guest.read("check")["nr_damage"].get<unsigned>() >= 1);
    CHECK(guest.read("check")["structures"].size() == 11);
}
