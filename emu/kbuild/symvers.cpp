// Five fields, separated by tabs; the last is a namespace and empty.
#include "emu/kbuild/symvers.hpp"

#include <vector>

namespace pagelab::kbuild {

namespace {

std::vector<std::string_view> split(std::string_view text, char separator)
{
    std::vector<std::string_view> fields;
    for (;;) {
        auto const end = text.find(separator);
        fields.push_back(text.substr(0, end));
        if (end == text.npos)
            return fields;
        text.remove_prefix(end + 1);
    }
}

} // namespace

Result<> add_symvers(Symvers& symbols, std::string_view text)
{
    size_t number = 0;
    for (auto const line : split(text, '\n')) {
        number++;
        if (line.empty())
            continue;
        auto const fields = split(line, '\t');
        if (fields.size() < 4 || fields[1].empty() || !fields[3].starts_with("EXPORT_SYMBOL"))
            return fail("line {} is no symbol: {}", number, line);
        auto const kind = fields[3] == "EXPORT_SYMBOL_GPL" ? ExportKind::GplOnly : ExportKind::Any;
        symbols[std::string(fields[1])] = {std::string(fields[2]), kind};
    }
    return {};
}

std::string format_symvers(Symvers const& symbols)
{
    std::string text;
    for (auto const& [name, symbol] : symbols)
        text += fmt::format("0x00000000\t{}\t{}\tEXPORT_SYMBOL{}\t\n", name, symbol.module,
                            symbol.kind == ExportKind::GplOnly ? "_GPL" : "");
    return text;
}

} // namespace pagelab::kbuild
