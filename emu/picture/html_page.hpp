// One HTML file with an album in it: a map to look around in, without any network.
//
// page/map.html, .css and .js are the page; here they get their data: tables as JSON, and of each
// moment its runs as pairs of LEB128 numbers (entry, pages) in base64. The page's address may end
// in #pfn=0x1234&by=order&moment=2&find=TEXT: what is selected, shown and searched.
// Source: RFC 4648 (base64), DWARF 5 section 7.6 (LEB128), HTML Living Standard.
#pragma once

#include <string>

#include "emu/picture/legend.hpp"

namespace pagelab::picture {

// by: what is shown first. The album has a moment at least.
std::string html_page(Album const& album, By by);

} // namespace pagelab::picture
