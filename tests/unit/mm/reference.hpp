// The recorded reports of a real Linux, as text and as our data structures.
#pragma once

#include <string>
#include <vector>

#include "guestkernel/mm/show.hpp"
#include "tests/unit/mm/report_text.hpp"

namespace pagelab::mm {

// The file tests/unit/mm/data/MACHINE.REPORT.
std::string read_reference(std::string const& machine, std::string const& report);

zone_layout const& layout_of(std::string const& machine);

// Each reads the numbers of a recorded report; other fields are zero. Throws on unexpected text.
void parse_buddyinfo(pglist_data& pgdat, std::string const& text);
void parse_zoneinfo(pglist_data& pgdat, std::string const& text);
void parse_vmstat(pglist_data& pgdat, std::string const& text); // all counts in the first zone
meminfo parse_meminfo(std::string const& text);
std::vector<pagetype_counts> parse_pagetypeinfo(pglist_data& pgdat, std::string const& text);

struct iomem_line {
    uint64_t start;
    uint64_t end;
    std::string name;
    unsigned level;
};
std::vector<iomem_line> parse_iomem(std::string const& text);
std::vector<E820Entry> parse_e820(std::string const& text);

// A node of the machine's layout with nothing in it; `pgdat` stays where it is.
void init_empty_node(pglist_data& pgdat, std::string const& machine);

} // namespace pagelab::mm
