// The guest's loaded modules, so that addresses in them have names.
//
// The root is the list_head `modules` of struct module, which lies in each module's own memory; see
// guestkernel/kernel/module/module.hpp. A module whose tables cannot be read is reported without
// them, with Damage.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "emu/guest/damage.hpp"
#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

struct ModuleSection {
    std::string name; // ".text"
    VirtAddr address;
};

struct ModuleSymbol {
    VirtAddr address;
    std::string name;
};

// One of a module's two pieces of memory; sizes in bytes, the text first.
struct ModulePiece {
    VirtAddr base;
    uint64_t size = 0; // 0: there is none
    uint64_t text_size = 0;
};

enum class ModuleState : uint8_t { Live, Coming, Going, Unformed };

struct Module {
    VirtAddr address; // of its struct module
    std::string name;
    ModuleState state = ModuleState::Live;
    ModulePiece core;
    ModulePiece init;
    int64_t users = 0;
    std::vector<ModuleSection> sections;
    std::vector<ModuleSymbol> symbols; // by address
};

struct ModuleReport {
    std::vector<Module> modules; // the newest first
    std::vector<Damage> damage;
};

Result<ModuleReport> read_modules(KernelView const& view);

// Whose memory an address is in; null: nobody's.
Module const* module_at(ModuleReport const& report, VirtAddr address);

// "f+0x12/0x40 [name]", as the guest's own traces have it; "name+0x123 [name]", counted from its
// base, for what is in no function; nothing for what is in no module.
std::optional<std::string> describe(ModuleReport const& report, VirtAddr address);

} // namespace pagelab::guest
