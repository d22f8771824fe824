// One line per damage, in the words of guest::to_string.
#include "emu/shell/damage_list.hpp"

namespace pagelab::shell {

Json damage_list(std::vector<guest::Damage> const& damage)
{
    Json list = Json::array();
    for (guest::Damage const& one : damage)
        list.push_back({{"what", one.what},
                        {"where", hex(one.where)},
                        {"expected", hex(one.expected)},
                        {"found", hex(one.found)}});
    return list;
}

std::string damage_text(Json const& list)
{
    std::string text;
    for (Json const& one : list)
        text += fmt::format("damage: {} at {}: expected {}, found {}\n", plain(one["what"]),
                            plain(one["where"]), plain(one["expected"]), plain(one["found"]));
    return text;
}

} // namespace pagelab::shell
