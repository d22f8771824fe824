// Runs of pages as rows of documents and of tables, with the names of the areas they are in.
#pragma once

#include "emu/guest/address_areas.hpp"
#include "emu/mmu/page_run.hpp"
#include "emu/shell/session.hpp"
#include "emu/shell/text_table.hpp"

namespace pagelab::shell {

class PageRows {
  public:
    // Without a known kernel no area has a name.
    explicit PageRows(Session& session);

    // Of the shape {"start": "hex", "last": "hex", "size": "number", "pages": "number",
    // "page_size": "string", "physical": "hex?", "frames": "string", "rights": "string",
    // "flags": ["string"], "area": "string?"}. Flags that only some pages have are in lower case.
    Json row(mmu::PageRun const& run) const;

    std::string area(VirtAddr address) const; // "" if in none

  private:
    std::vector<guest::AddressArea> areas_;
};

// "[RW- KERN GLOBAL ACCESSED dirty]"
std::string page_flags_text(Json const& row);

} // namespace pagelab::shell
