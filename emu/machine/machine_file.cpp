// TOML by toml++, used without exceptions; every value is checked for type and range here.
#include "emu/machine/machine_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <system_error>

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
// Some of its assertions are about what users write, as "[[=": without them it returns an error.
#define TOML_ASSERT(condition) static_cast<void>(0)
#include <toml++/toml.h>

#include "emu/base/parse_size.hpp"

namespace pagelab::machine {

namespace {

constexpr int64_t kMaxCpus = 16;

Result<> refuse_unknown_keys(toml::table const& table, std::string_view where,
                             std::initializer_list<std::string_view> known)
{
    for (auto const& [key, value] : table)
        if (std::ranges::find(known, key.str()) == known.end())
            return fail("unknown key '{}' in {}", key.str(), where);
    return {};
}

// The value of a key if it is there; an error if it has another type.
template<class T>
Result<std::optional<T>> get(toml::table const& table, std::string_view key)
{
    auto const node = table[key];
    if (!node)
        return std::nullopt;
    auto const value = node.value_exact<T>();
    if (!value)
        return fail("'{}' has the wrong type", key);
    return *value;
}

// The list of a key, or nullptr if there is none; an error if it is something else.
Result<toml::array const*> get_list(toml::table const& table, std::string_view key)
{
    auto const node = table[key];
    if (node && !node.is_array())
        return fail("'{}' must be a list", key);
    return node.as_array();
}

Result<> read_machine_table(toml::table const& table, MachineConfig& config)
{
    TRY(refuse_unknown_keys(table, "[machine]", {"memory", "cpus", "seed", "cpu_model", "lapic"}));
    if (auto const memory = TRY(get<std::string>(table, "memory")))
        config.ram_size = TRY(parse_size(*memory));
    if (auto const cpus = TRY(get<int64_t>(table, "cpus"))) {
        if (*cpus < 1 || *cpus > kMaxCpus)
            return fail("cpus = {}: it must be 1 to {}", *cpus, kMaxCpus);
        config.cpus = static_cast<unsigned>(*cpus);
    }
    if (auto const seed = TRY(get<int64_t>(table, "seed")))
        config.seed = static_cast<uint64_t>(*seed);
    if (auto const model = TRY(get<std::string>(table, "cpu_model")))
        config.cpu_model = *model;
    if (auto const lapic = TRY(get<bool>(table, "lapic")))
        config.lapic = *lapic;
    return {};
}

Result<E820Entry> read_e820_entry(toml::node const& node)
{
    auto const* const table = node.as_table();
    if (table == nullptr)
        return fail("e820 must be a list of tables");
    TRY(refuse_unknown_keys(*table, "[[e820]]", {"address", "size", "type"}));
    auto const address = TRY(get<int64_t>(*table, "address"));
    auto const size = TRY(get<int64_t>(*table, "size"));
    auto const type = TRY(get<int64_t>(*table, "type"));
    if (!address || !size || *address < 0 || *size <= 0 || type.value_or(1) < 1 ||
        type.value_or(1) > std::numeric_limits<uint32_t>::max())
        return fail("an e820 entry needs an address, a size above 0, and a type of 1 to 2^32 - 1");
    return E820Entry{static_cast<uint64_t>(*address), static_cast<uint64_t>(*size),
                     static_cast<uint32_t>(type.value_or(1))};
}

Result<MachineFile> read_root(toml::table const& root, std::filesystem::path const& folder)
{
    MachineFile file;
    TRY(refuse_unknown_keys(root, "the machine description",
                            {"arch", "kernel", "append", "initrd", "machine", "e820"}));
    file.arch = TRY(get<std::string>(root, "arch")).value_or("");
    if (!file.arch.empty() && file.arch != "x86_64" && file.arch != "i686")
        return fail("arch '{}': it must be x86_64 or i686", file.arch);
    file.append = TRY(get<std::string>(root, "append")).value_or("");
    if (auto const kernel = TRY(get<std::string>(root, "kernel")))
        file.kernel = folder / *kernel;
    if (auto const* const list = TRY(get_list(root, "initrd")))
        for (auto const& node : *list) {
            auto const name = node.value_exact<std::string>();
            if (!name)
                return fail("initrd must be a list of file names");
            file.initrd.push_back(folder / *name);
        }
    if (auto const* const table = root["machine"].as_table())
        TRY(read_machine_table(*table, file.config));
    else if (root.contains("machine"))
        return fail("'machine' must be a table: [machine]");
    if (auto const* const list = TRY(get_list(root, "e820")))
        for (auto const& node : *list)
            file.config.e820.push_back(TRY(read_e820_entry(node)));
    return file;
}

// TOML is UTF-8, but toml++ 3.3 has undefined behaviour for some of it where a key is expected.
Result<std::string> read_ascii(std::filesystem::path const& path)
{
    std::error_code status;
    bool const is_folder = std::filesystem::is_directory(path, status);
    if (status || is_folder)
        return fail("cannot read '{}': {}", path.string(),
                    is_folder ? "it is a folder" : status.message());
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return fail("cannot read '{}': {}", path.string(), std::strerror(errno));
    std::string text{std::istreambuf_iterator<char>(in), {}};
    auto const other = std::ranges::find_if(text, [](char c) { return (c & 0x80) != 0; });
    if (other != text.end())
        return fail("{}:{}: only ASCII is understood; write \\u escapes in strings", path.string(),
                    1 + std::count(text.begin(), other, '\n'));
    return text;
}

} // namespace

Result<MachineFile> read_machine_file(std::filesystem::path const& path)
{
    std::string const text = TRY(read_ascii(path));
    auto const parsed = toml::parse(text, path.string());
    if (!parsed) {
        auto const& position = parsed.error().source().begin;
        return fail("{}:{}:{}: {}", path.string(), position.line, position.column,
                    parsed.error().description());
    }
    auto file = read_root(parsed.table(), path.parent_path());
    if (!file)
        return fail("{}: {}", path.string(), file.error().message);
    return file;
}

} // namespace pagelab::machine
