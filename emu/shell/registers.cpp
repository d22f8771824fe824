// Names to fields. Source of the names: Intel SDM volume 1, section 3.4.
#include "emu/shell/registers.hpp"

#include <array>
#include <optional>

namespace pagelab::shell {

namespace {

constexpr std::array<std::string_view, 8> kLegacy = {"ax", "cx", "dx", "bx",
                                                     "sp", "bp", "si", "di"};

struct Named {
    uint64_t bits = 0;
    unsigned bytes = 8;
};

// rax, eax, ax, al, ah; r8, r8d, r8w, r8b
std::optional<Named> general(cpu::CpuState const& state, std::string_view name)
{
    auto const part = [&](size_t i, unsigned bytes) {
        return Named{guest::fitted(state.gpr[i], bytes, false), bytes};
    };
    for (size_t i = 0; i < kLegacy.size(); ++i) {
        std::string_view const legacy = kLegacy[i];
        if (name == legacy)
            return part(i, 2);
        if (name.size() == 3 && name.substr(1) == legacy && (name[0] == 'r' || name[0] == 'e'))
            return part(i, name[0] == 'r' ? 8 : 4);
        bool const is_low = name.size() == 2 && i < 4 && name == std::string{legacy[0], 'l'};
        bool const is_new_low = name.size() == 3 && i >= 4 && name.substr(0, 2) == legacy;
        if (is_low || (is_new_low && name[2] == 'l'))
            return part(i, 1);
        if (i < 4 && name == std::string{legacy[0], 'h'})
            return Named{state.gpr[i] >> 8 & 0xff, 1};
    }
    for (unsigned i = 8; i < 16; ++i) {
        std::string const full = "r" + std::to_string(i);
        if (!name.starts_with(full))
            continue;
        std::string_view const width = name.substr(full.size());
        if (width.empty())
            return part(i, 8);
        if (width == "d" || width == "w" || width == "b")
            return part(i, width == "d" ? 4 : width == "w" ? 2 : 1);
    }
    return {};
}

std::optional<Named> special(cpu::CpuState const& state, std::string_view name)
{
    constexpr std::array<std::string_view, 6> kSegments = {"es", "cs", "ss", "ds", "fs", "gs"};
    for (size_t i = 0; i < kSegments.size(); ++i) {
        if (name == kSegments[i])
            return Named{state.segment[i].selector, 2};
        if (name == std::string(kSegments[i]) + "_base")
            return Named{state.segment[i].base};
    }
    struct Field {
        std::string_view name;
        uint64_t bits;
        unsigned bytes;
    };
    std::array const fields = {
        Field{"rip", state.rip, 8},           Field{"eip", state.rip, 4},
        Field{"rflags", state.rflags, 8},     Field{"eflags", state.rflags, 4},
        Field{"cr0", state.cr0, 8},           Field{"cr2", state.cr2, 8},
        Field{"cr3", state.cr3, 8},           Field{"cr4", state.cr4, 8},
        Field{"efer", state.efer, 8},         Field{"gdtr", state.gdt.base, 8},
        Field{"idtr", state.idt.base, 8},     Field{"tr", state.tr.selector, 2},
        Field{"ldtr", state.ldt.selector, 2}, Field{"cpl", state.cpl, 1},
    };
    for (Field const& field : fields)
        if (field.name == name)
            return Named{guest::fitted(field.bits, field.bytes, false), field.bytes};
    return {};
}

// $pc, $sp, $fp: the processor's own names for them.
std::string_view full_name(std::string_view name)
{
    return name == "pc" ? "rip" : name == "sp" ? "rsp" : name == "fp" ? "rbp" : name;
}

Result<Named> find(cpu::CpuState const& state, std::string_view name)
{
    name = full_name(name);
    auto found = general(state, name);
    if (!found)
        found = special(state, name);
    if (!found)
        return fail("no register ${}", name);
    return *found;
}

} // namespace

Result<uint64_t> register_bits(cpu::CpuState const& state, std::string_view name)
{
    return TRY(find(state, name)).bits;
}

Result<guest::CValue> register_value(guest::CTypes const& types, cpu::CpuState const& state,
                                     std::string_view name)
{
    Named const found = TRY(find(state, name));
    std::string_view const full = full_name(name);
    bool const is_code = full == "rip" || full == "eip";
    bool const is_pointer = full.ends_with("sp") || full.ends_with("bp");
    guest::CTypePtr type = types.integer(found.bytes, false);
    if (is_code || (is_pointer && found.bytes >= types.pointer_size())) {
        auto const kind = is_code ? guest::CKind::Function : guest::CKind::Void;
        type = types.pointer_to(std::make_shared<guest::CType>(guest::CType{.kind = kind}));
    }
    return guest::CValue{.type = std::move(type), .address = {}, .bits = found.bits};
}

} // namespace pagelab::shell
