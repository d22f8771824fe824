// What a report writer writes, as a string.
#pragma once

#include <string>

#include "guestkernel/lib/seq_file.hpp"

namespace pagelab::mm {

template<class Write>
std::string report_text(Write write)
{
    std::string text;
    char buffer[61]; // shorter than most lines
    auto const append = [](void* context, char const* part, size_t length) {
        static_cast<std::string*>(context)->append(part, length);
    };
    lib::seq_file m{buffer, sizeof(buffer), append, &text};
    write(m);
    lib::seq_flush(m);
    return text;
}

} // namespace pagelab::mm
