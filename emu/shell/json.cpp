// Values back out of a document.
#include "emu/shell/json.hpp"

#include <charconv>

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace pagelab::shell {

uint64_t number(Json const& value)
{
    if (value.is_number_unsigned() || value.is_number_integer())
        return value.get<uint64_t>();
    uint64_t result = 0;
    if (value.is_string()) {
        std::string_view const text = value.get_ref<std::string const&>();
        if (text.starts_with("0x"))
            std::from_chars(text.data() + 2, text.data() + text.size(), result, 16);
    }
    return result;
}

std::string plain(Json const& value)
{
    return value.is_string() ? value.get<std::string>() : value.dump();
}

} // namespace pagelab::shell
