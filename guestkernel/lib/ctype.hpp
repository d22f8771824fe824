// Kinds of characters, as C's <ctype.h> has them. Source: Linux 6.1 include/linux/ctype.h.
#pragma once

namespace pagelab::lib {

inline bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// The first character that is none.
inline char* skip_spaces(char* text)
{
    while (is_space(*text))
        text++;
    return text;
}

} // namespace pagelab::lib
