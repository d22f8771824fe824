// The files of page/, as they are; CMake makes page_parts.cpp of them.
#pragma once

#include <string_view>

namespace pagelab::picture {

extern std::string_view const kMapHtml;
extern std::string_view const kMapCss;
extern std::string_view const kAlbumScript;
extern std::string_view const kMapScript;

} // namespace pagelab::picture
