// TypeTable: sizes, offsets, constants and variables of a guest kernel, by name.
//
//   auto const types = TypeTable::load("pagelab-x86_64.elf");
//   types->member("zone", "free_area[3].nr_free")     -> Member{offset, size, kind, ...}
//
// Host code learns structure layouts from here alone, never from guest headers, so one binary
// reads 32-bit and 64-bit kernels. A path is member names joined by '.', with [index] after
// arrays; unnamed structs, unions and base classes are looked through, as the language does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "emu/base/error.hpp"
#include "guestkernel/abi/address.hpp"

namespace pagelab::guest {

class DwarfFile;

enum class Kind : uint8_t { Unsigned, Signed, Pointer, Record, Array };

// A type of the table; valid for the table it came from.
struct Type {
    uint64_t entry = 0;      // its offset in .debug_info
    unsigned dimensions = 0; // array dimensions already indexed away
};

struct Member {
    uint64_t offset = 0; // bytes from the start of the object
    uint64_t size = 0;   // bytes
    uint64_t count = 1;  // elements of an array (of its first dimension)
    Kind kind = Kind::Unsigned;
    Type type;
};

struct Variable {
    VirtAddr address; // as linked
    Type type;
};

class TypeTable {
  public:
    static Result<TypeTable> load(std::filesystem::path const& file);
    static Result<TypeTable> from_image(std::span<std::byte const> image);

    TypeTable(TypeTable&&) noexcept;
    TypeTable& operator=(TypeTable&&) noexcept;
    ~TypeTable();

    unsigned pointer_size() const; // bytes: 4 or 8

    Result<Type> find(std::string_view type_name) const;
    Result<uint64_t> size_of(Type type) const; // bytes
    Result<uint64_t> size_of(std::string_view type_name) const;

    // path may be empty: the object itself. Answers are kept by name.
    Result<Member> member(std::string_view type_name, std::string_view path) const;
    Result<Member> member(Type type, std::string_view path) const;

    // A global variable with an address.
    Result<Variable> variable(std::string_view name) const;
    // The address of a symbol of the ELF file, as linked: for what assembly defines.
    Result<VirtAddr> symbol(std::string_view name) const;
    // An enumerator, or a variable whose value the compiler recorded (constexpr).
    Result<int64_t> constant(std::string_view name) const;

    // For readers of more than layouts; internal to emu/guest.
    DwarfFile const& file() const { return *file_; }

    // Ascending.
    std::vector<std::string> type_names() const;
    std::vector<std::string> symbol_names() const;

  private:
    explicit TypeTable(std::unique_ptr<DwarfFile> file);

    std::unique_ptr<DwarfFile> file_;
    mutable std::map<std::string, Member, std::less<>> members_; // by "type path"
};

} // namespace pagelab::guest
