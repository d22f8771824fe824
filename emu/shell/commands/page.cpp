// page: one page frame, by number, address or struct page.
#include <optional>

#include "emu/guest/page_info.hpp"
#include "emu/mmu/translate.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/kernel_index.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(Each page frame has a struct page, in one array from pfn 0 on:

  flags | lru / buddy_list / compound_head | mapping | index | private | mapcount | refcount
    `- from the top: node, zone; from the bottom: PG_locked, PG_referenced ...

ADDR is a page frame number, the address of a struct page, or any other mapped address: then the
page it is in.

EXAMPLES
  page 0x1234                  a page frame
  page 0xffffea0000048d00      a struct page
  page kernel_vmalloc          the page a variable is in
)";

// Which page frame is meant.
Result<Pfn> find_frame(Session& session, guest::KernelIndex const& index,
                       std::string const& expression)
{
    uint64_t const value = TRY(session.evaluate(expression));
    auto const is_frame = [&](Pfn pfn) {
        for (guest::Zone const& zone : index.zones)
            if (zone.holds(pfn))
                return true;
        return false;
    };
    auto const by_struct = index.pages.pfn_of_page(VirtAddr(value));
    if (by_struct && is_frame(*by_struct))
        return *by_struct;
    auto const mapped =
        mmu::translate(session.target().context(), session.target().memory(), VirtAddr(value), {});
    if (mapped)
        return phys_to_pfn(mapped->address);
    return Pfn(value);
}

std::string owner_of(guest::KernelIndex const& index, Pfn pfn)
{
    if (auto const slab = index.slab_pages.find(pfn.value); slab != index.slab_pages.end())
        return "slab of " + index.slabs.caches[slab->second.cache].name;
    if (auto const kept = index.kept.find(pfn.value); kept != index.kept.end())
        return fmt::format("free, kept by CPU {}", kept->second.cpu);
    if (auto const area = index.mapped.find(pfn.value); area != index.mapped.end())
        return fmt::format("vmalloc, at {:#x}", area->second.front().value);
    return "";
}

Result<Json> read(Session& session, std::string const& expression)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    guest::KernelIndex const* const index = TRY(kernel_index(session));
    Pfn const pfn = TRY(find_frame(session, *index, expression));
    guest::PageInfo const page =
        TRY(guest::read_page_info(*kernel, index->pages, index->zones, pfn));
    Json document = {{"page", hex(page.page)},
                     {"pfn", hex(pfn.value)},
                     {"physical", hex(pfn_to_phys(pfn))},
                     {"zone", page.zone},
                     {"flags", hex(page.flags)},
                     {"flag_names", page.flag_names},
                     {"refcount", page.refcount},
                     {"mapcount", page.mapcount},
                     {"mapping", hex(page.mapping)},
                     {"index", hex(page.index)},
                     {"private", hex(page.private_word)},
                     {"owner", owner_of(*index, pfn)}};
    if (auto const address = index->direct.address_of(pfn))
        document["virtual"] = hex(*address);
    if (page.free_head)
        document["free_block"] = {{"pfn", hex(page.free_head->value)}, {"order", page.free_order}};
    if (page.head)
        document["compound"] = {{"pfn", hex(page.head->value)}, {"order", page.compound_order}};
    return document;
}

Reader declare(CLI::App& arguments)
{
    auto const expression = std::make_shared<std::string>();
    arguments.add_option("ADDR", *expression, "page frame, struct page or address")->required();
    return [expression](Session& session) { return read(session, *expression); };
}

std::string text(Json const& document)
{
    std::string result = "PAGE              PHYSICAL      MAPPING           INDEX      CNT FLAGS\n";
    result += fmt::format("{:<16}  {:<12}  {:<16}  {:<9} {:>4} {} {}\n",
                          plain(document["page"]).substr(2), plain(document["physical"]).substr(2),
                          plain(document["mapping"]).substr(2), plain(document["index"]).substr(2),
                          plain(document["refcount"]), plain(document["flags"]).substr(2),
                          plain(document["flag_names"]));
    result += fmt::format("pfn {}  zone {}  mapcount {}  private {}", plain(document["pfn"]),
                          plain(document["zone"]), plain(document["mapcount"]),
                          plain(document["private"]));
    if (document.contains("virtual"))
        result += fmt::format("  virtual {}", plain(document["virtual"]));
    result += "\n";
    for (char const* const block : {"free_block", "compound"})
        if (document.contains(block))
            result += fmt::format("in a {} of order {} at pfn {}\n",
                                  block[0] == 'f' ? "free block" : "compound block",
                                  plain(document[block]["order"]), plain(document[block]["pfn"]));
    if (std::string const owner = plain(document["owner"]); !owner.empty())
        result += owner + "\n";
    return result;
}

} // namespace

Command const kPage = {
    "page",
    Group::Kernel,
    "one page frame: flags, users, block and owner",
    kHelpText,
    R"({"page": "hex", "pfn": "hex", "physical": "hex", "virtual": "hex?", "zone": "string",
    "flags": "hex", "flag_names": "string", "refcount": "number", "mapcount": "number",
    "mapping": "hex", "index": "hex", "private": "hex", "owner": "string", "free_block": "any?",
    "compound": "any?"})",
    declare,
    text,
    Completes::Symbols};

} // namespace pagelab::shell
