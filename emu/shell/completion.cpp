// What could stand at the end of a line: commands, and names from the target.
#include <algorithm>
#include <filesystem>

#include "emu/guest/slab.hpp"
#include "emu/guest/zones.hpp"
#include "emu/shell/command_table.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

using Names = std::vector<std::string>;

Names file_names(std::string_view beginning)
{
    namespace fs = std::filesystem;
    fs::path const begun(beginning);
    fs::path const folder = begun.has_parent_path() ? begun.parent_path() : fs::path(".");
    Names names;
    std::error_code error;
    for (fs::directory_iterator i(folder, error), end; !error && i != end; i.increment(error)) {
        std::string name = (begun.parent_path() / i->path().filename()).string();
        names.push_back(i->is_directory(error) ? name + "/" : name);
    }
    return names;
}

Names cache_names(guest::KernelView const& kernel)
{
    Names names;
    if (auto const report = guest::read_slabs(kernel))
        for (guest::SlabCache const& cache : report->caches)
            names.push_back(cache.name);
    return names;
}

Names zone_names(guest::KernelView const& kernel)
{
    Names names;
    if (auto const zones = guest::read_zones(kernel))
        for (guest::Zone const& zone : *zones)
            names.push_back(zone.name);
    return names;
}

// "zone->free_area[3].nr_": the members of what stands before the last "->" or ".".
Names member_names(Session& session, std::string_view beginning)
{
    size_t const arrow = beginning.rfind("->");
    size_t const dot = beginning.rfind('.');
    bool const is_arrow = arrow != beginning.npos && (dot == beginning.npos || arrow > dot);
    size_t const end = is_arrow ? arrow : dot;
    if (end == beginning.npos || end == 0)
        return {};
    auto const types = session.target().c_types();
    auto const value = session.value(std::string(beginning.substr(0, end)));
    if (!types || !value)
        return {};
    guest::CTypePtr type = value->type;
    if (type->kind == guest::CKind::Pointer || type->kind == guest::CKind::Reference)
        if (auto const target = (*types)->target(*type))
            type = *target;
    Names names;
    if (auto const members = (*types)->members(*type))
        for (guest::CMember const& member : **members)
            if (!member.name.empty())
                names.push_back(fmt::format("{}{}{}", beginning.substr(0, end),
                                            is_arrow ? "->" : ".", member.name));
    return names;
}

} // namespace

Names Session::candidates(Completes kind, std::string_view beginning)
{
    Names names;
    auto const kernel = target_.kernel();
    if (kind == Completes::Commands)
        names = command_names("");
    else if (kind == Completes::Moments)
        for (auto const& [name, moment] : saved_)
            names.push_back(name);
    else if (kind == Completes::Files)
        names = file_names(beginning);
    else if (kind == Completes::Symbols && kernel) {
        names = member_names(*this, beginning);
        if (names.empty())
            names = (*kernel)->types().symbol_names();
    } else if (kind == Completes::Types && kernel)
        names = (*kernel)->types().type_names();
    else if (kind == Completes::Caches && kernel)
        names = cache_names(**kernel);
    else if (kind == Completes::Zones && kernel)
        names = zone_names(**kernel);
    std::erase_if(names, [&](std::string const& name) { return !name.starts_with(beginning); });
    std::ranges::sort(names);
    return names;
}

} // namespace pagelab::shell
