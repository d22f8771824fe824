// Pictures of real guests: what they show is what the other commands say, the page in a browser
// included; and the trace of allocations adds up.
#include <cstdio>
#include <cstdlib>
#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/session/program.hpp"
#include "tests/session/shell_documents.hpp"

using nlohmann::json;
using namespace pagelab::session;

namespace {

uint64_t pages_of(json const& map, std::string const& label)
{
    for (json const& type : map["classes"])
        if (type["label"] == label)
            return type["pages"];
    return 0;
}

uint64_t sum_of(json const& map)
{
    uint64_t sum = 0;
    for (json const& type : map["classes"])
        sum += type["pages"].get<uint64_t>();
    return sum;
}

json const& cache_of(json const& slab, std::string const& name)
{
    static json const kNone;
    for (json const& cache : slab["caches"])
        if (cache["name"] == name)
            return cache;
    return kNone;
}

bool have_chromium()
{
    bool const found = std::system("command -v chromium >/dev/null 2>&1") == 0;
    if (!found)
        std::puts("SKIP: the map's page was not tried: chromium is not installed");
    return found;
}

// The text of a page once its script has run, in a browser without a window.
std::string text_of_page(Scratch const& scratch, std::string const& address)
{
    std::string const out = scratch.path("dom");
    std::string const command = fmt::format(
        "timeout 90 chromium --headless --no-sandbox --disable-gpu --user-data-dir='{}' "
        "--window-size=1200,800 --virtual-time-budget=5000 --dump-dom '{}' >'{}' 2>/dev/null",
        scratch.path("profile"), address, out);
    REQUIRE(std::system(command.c_str()) == 0);
    std::string const dom = read_text(out);
    std::string text;
    bool in_tag = false;
    for (char const c : dom.substr(0, dom.find("<script"))) {
        in_tag = in_tag || c == '<';
        if (!in_tag && c != ',') // 1,234 is 1234
            text += c;
        if (c == '>') {
            in_tag = false;
            text += ' ';
        }
    }
    CHECK(dom.find("data-ready=\"yes\"") != dom.npos);
    return text;
}

} // namespace

TEST_CASE("a map counts the pages that the allocators count")
{
    Scratch const scratch;
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        auto const said =
            documents({"--arch", arch, "--mem", "64M", "--exec", "churn 400 1"},
                      {"map " + scratch.path("a.png"), "map --by order " + scratch.path("a.svg"),
                       "map --by cache " + scratch.path("b.svg"), "buddy", "pcp -c 0", "slab",
                       "heat --columns 10 --ascii"});
        json const& map = said[0];
        CHECK(map["pages"] == 16384);
        CHECK(map["width"] == 128);
        CHECK(map["height"] == 128);
        CHECK(sum_of(map) == 16384);
        CHECK(pages_of(map, "free") == said[3]["free_pages"]);
        uint64_t kept = 0;
        for (json const& block : said[4]["blocks"])
            kept += uint64_t{1} << block["order"].get<unsigned>();
        CHECK(pages_of(map, "kept by CPU") == kept);
        uint64_t largest = 0;
        for (json const& zone : said[3]["zones"])
            largest += zone["areas"].back()["pages"].get<uint64_t>();
        CHECK(pages_of(said[1], "free, order 10") == largest);
        json const& cache = cache_of(said[5], "kmalloc-64");
        CHECK(pages_of(said[2], "kmalloc-64") ==
              cache["slabs"].get<uint64_t>() * cache["slab_bytes"].get<uint64_t>() / 4096);
        CHECK(said[6]["zones"][0]["used"].size() == 10);
        CHECK(read_text(scratch.path("a.png")).substr(1, 3) == "PNG");
        CHECK(read_text(scratch.path("a.svg")).ends_with("</svg>\n"));
    }
}

TEST_CASE("the page says in a browser what the shell says")
{
    if (!have_chromium())
        return;
    Scratch const scratch;
    std::string const file = scratch.path("map.html");
    auto const said =
        documents({"--mem", "64M"}, {"map --frames 4 --every 300000 --guest 'churn 3000 1' " + file,
                                     "buddy DMA32 10", "slab kmalloc-64", "slab"});
    json const& map = said[0];
    CHECK(map["moments"] == 4);
    json const& zones = said[1]["zones"];
    REQUIRE(!zones.back()["blocks"].empty());
    json const& block = zones.back()["blocks"][0];
    std::string const pfn = block["pfn"];
    std::string const page = "file://" + file;
    std::string const text = text_of_page(scratch, page + "#pfn=" + pfn);
    for (json const& type : map["classes"])
        CHECK_MESSAGE(text.find(fmt::format(" {}  {} ", type["label"].get<std::string>(),
                                            type["pages"].get<uint64_t>())) != text.npos,
                      text);
    CHECK(text.find("free block: order 10 at pfn " + pfn + " +0x0") != text.npos);
    CHECK(text.find("zone DMA32") != text.npos);
    CHECK(text.find(map["title"].get<std::string>()) != text.npos);

    json const& cache = cache_of(said[3], "kmalloc-64");
    uint64_t const pages =
        cache["slabs"].get<uint64_t>() * cache["slab_bytes"].get<uint64_t>() / 4096;
    std::string const found = text_of_page(scratch, page + "#by=cache&find=kmalloc-64");
    CHECK_MESSAGE(found.find(fmt::format("{} pages match", pages)) != found.npos, found);
    std::string const memory = said[2]["slabs"][0]["memory"];
    std::string const slab = text_of_page(scratch, page + "#by=cache&find=" + memory);
    CHECK_MESSAGE(slab.find("slab of kmalloc-64") != slab.npos, slab);
    CHECK(slab.find("virtual " + memory) != slab.npos);
    std::string const first = text_of_page(scratch, page + "#moment=0");
    CHECK(first.find(map["title"].get<std::string>()) == first.npos);
}

TEST_CASE("plots show what the guest did meanwhile")
{
    Scratch const scratch;
    auto const said =
        documents({"--mem", "64M"},
                  {fmt::format("plot buddy {} --frames 5 --every 200000 --guest 'churn 3000 1'",
                               scratch.path("b.svg")),
                   "buddy",
                   fmt::format("plot slab {} --frames 5 --every 200000 --guest 'churn 3000 1'",
                               scratch.path("s.svg")),
                   "slab"});
    json const& moments = said[0]["moments"];
    REQUIRE(moments.size() == 5);
    CHECK(moments[0]["blocks"] != moments[4]["blocks"]);
    uint64_t pages = 0;
    for (size_t order = 0; order < moments[4]["blocks"].size(); ++order)
        pages += moments[4]["blocks"][order].get<uint64_t>() << order;
    CHECK(pages == said[1]["free_pages"]);
    CHECK(moments[4]["time_ns"].get<uint64_t>() >= moments[0]["time_ns"].get<uint64_t>() + 800000);
    CHECK(said[2]["moments"][4]["caches"]["kmalloc-64"]["objects"] ==
          cache_of(said[3], "kmalloc-64")["allocated"]);
    for (char const* name : {"b.svg", "s.svg"})
        CHECK(read_text(scratch.path(name)).ends_with("</svg>\n"));
}

TEST_CASE("events add up to the change that the slabs show, and leave no trace")
{
    for (std::string const arch : {"x86_64", "i686"}) {
        for (std::string const allocator : {"slub", "slab"}) {
            CAPTURE(arch);
            CAPTURE(allocator);
            std::vector<std::string> const options = {
                "--arch", arch, "--mem", "64M", "--append", "quiet slab_allocator=" + allocator};
            auto const traced =
                documents(options, {"slab", "events on --cache kmalloc-64", "guest churn 200 1",
                                    "events -c 0", "slab", "events off", "step"});
            auto const plain = documents(options, {"guest churn 200 1", "step"});
            int64_t change = 0;
            std::map<std::string, int64_t> held;
            for (json const& event : traced[3]["events"]) {
                int64_t const step = event["what"] == "alloc" ? 1 : -1;
                change += step;
                int64_t& count = held[event["address"]];
                count += step;
                CHECK(count <= 1); // not taken twice
                CHECK(event["cache"] == "kmalloc-64");
                CHECK(event["caller"] != "");
            }
            CHECK(traced[3]["recorded"].get<uint64_t>() > 0);
            CHECK(change == cache_of(traced[4], "kmalloc-64")["allocated"].get<int64_t>() -
                                cache_of(traced[0], "kmalloc-64")["allocated"].get<int64_t>());
            CHECK(traced[5]["on"] == false);
            CHECK(traced[6]["instructions"] == plain[1]["instructions"]);
        }
    }
}

TEST_CASE("events of pages are filtered by order and caller")
{
    auto const said =
        documents({"--mem", "64M", "--append", "quiet"},
                  {"events on --order 0", "guest churn 200 1", "events -c 0",
                   "events on --caller nobody_of_this_name", "guest churn 50 2", "events"});
    CHECK(said[2]["recorded"].get<uint64_t>() > 0);
    for (json const& event : said[2]["events"]) {
        CHECK(event["kind"] == "page");
        CHECK(event["order"] == 0);
    }
    CHECK(said[5]["recorded"] == 0);
}

TEST_CASE("what cannot be drawn is refused in a line")
{
    Scratch const scratch;
    for (std::string const& line :
         {"map " + scratch.path("a.gif"), "map --by colour " + scratch.path("a.png"),
          std::string("map /nonexistent/a.png"), "plot tasks " + scratch.path("a.svg"),
          "plot buddy " + scratch.path("a.png"), "plot buddy --zone None " + scratch.path("a.svg"),
          std::string("events maybe")}) {
        Finished const run = run_program({"shell", "--mem", "16M", "-c", line});
        CHECK(run.status != 0);
        CHECK_MESSAGE(std::count(run.err.begin(), run.err.end(), '\n') == 1, run.err);
    }
}
