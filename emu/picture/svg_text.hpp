// Text of the guest's in XML.
#pragma once

#include <string>
#include <string_view>

namespace pagelab::picture {

// Markup as entities; what is not printable ASCII as '?'.
inline std::string svg_text(std::string_view text)
{
    std::string result;
    for (char const c : text)
        if (c == '<')
            result += "&lt;";
        else if (c == '&')
            result += "&amp;";
        else
            result += c < ' ' || c > '~' ? '?' : c;
    return result;
}

} // namespace pagelab::picture
