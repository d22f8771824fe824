// Tables of one bit and one name a line.
#include "emu/shell/register_bits.hpp"

#include <array>
#include <span>

#include <fmt/format.h>

#include "emu/cpu/cpu_state.hpp"
#include "guestkernel/abi/x86/cr.hpp"
#include "guestkernel/abi/x86/efer.hpp"
#include "guestkernel/abi/x86/rflags.hpp"

namespace pagelab::shell {

namespace {

struct BitName {
    uint64_t mask;
    char const* name;
};

std::string set_bits(uint64_t word, std::span<BitName const> names)
{
    std::string result;
    for (BitName const& bit : names)
        if ((word & bit.mask) != 0)
            result += (result.empty() ? "" : " ") + std::string(bit.name);
    return result;
}

} // namespace

std::string rflags_text(uint64_t rflags)
{
    namespace f = x86::rflags;
    constexpr std::array kNames = {
        BitName{f::Carry::mask, "CF"},
        BitName{f::Parity::mask, "PF"},
        BitName{f::AuxiliaryCarry::mask, "AF"},
        BitName{f::Zero::mask, "ZF"},
        BitName{f::Sign::mask, "SF"},
        BitName{f::Trap::mask, "TF"},
        BitName{f::InterruptEnable::mask, "IF"},
        BitName{f::Direction::mask, "DF"},
        BitName{f::Overflow::mask, "OF"},
        BitName{f::NestedTask::mask, "NT"},
        BitName{f::Resume::mask, "RF"},
        BitName{f::Virtual8086::mask, "VM"},
        BitName{f::AlignmentCheck::mask, "AC"},
        BitName{f::VirtualInterrupt::mask, "VIF"},
        BitName{f::VirtualInterruptPending::mask, "VIP"},
        BitName{f::Identification::mask, "ID"},
    };
    std::string const set = set_bits(rflags, kNames);
    return fmt::format("{}{}IOPL={}", set, set.empty() ? "" : " ", f::IoPrivilege::get(rflags));
}

std::string cr0_text(uint64_t cr0)
{
    namespace c = x86::cr0;
    constexpr std::array kNames = {
        BitName{c::ProtectionEnable::mask, "PE"}, BitName{c::MonitorCoprocessor::mask, "MP"},
        BitName{c::Emulation::mask, "EM"},        BitName{c::TaskSwitched::mask, "TS"},
        BitName{c::ExtensionType::mask, "ET"},    BitName{c::NumericError::mask, "NE"},
        BitName{c::WriteProtect::mask, "WP"},     BitName{c::AlignmentMask::mask, "AM"},
        BitName{c::NotWriteThrough::mask, "NW"},  BitName{c::CacheDisable::mask, "CD"},
        BitName{c::Paging::mask, "PG"},
    };
    return set_bits(cr0, kNames);
}

std::string cr4_text(uint64_t cr4)
{
    namespace c = x86::cr4;
    constexpr std::array kNames = {
        BitName{c::Virtual8086Extensions::mask, "VME"},
        BitName{c::TimestampDisable::mask, "TSD"},
        BitName{c::DebugExtensions::mask, "DE"},
        BitName{c::PageSizeExtensions::mask, "PSE"},
        BitName{c::PhysicalAddressExtension::mask, "PAE"},
        BitName{c::MachineCheck::mask, "MCE"},
        BitName{c::PageGlobal::mask, "PGE"},
        BitName{c::PerformanceCounter::mask, "PCE"},
        BitName{c::FxsrSupport::mask, "OSFXSR"},
        BitName{c::SimdExceptions::mask, "OSXMMEXCPT"},
        BitName{c::UserInstructionPrevention::mask, "UMIP"},
        BitName{c::LinearAddress57::mask, "LA57"},
        BitName{c::FsGsBase::mask, "FSGSBASE"},
        BitName{c::ProcessContextEnable::mask, "PCIDE"},
        BitName{c::Xsave::mask, "OSXSAVE"},
        BitName{c::SupervisorExecutionPrevention::mask, "SMEP"},
        BitName{c::SupervisorAccessPrevention::mask, "SMAP"},
        BitName{c::ProtectionKeyUser::mask, "PKE"},
    };
    return set_bits(cr4, kNames);
}

std::string efer_text(uint64_t efer)
{
    namespace e = x86::efer;
    constexpr std::array kNames = {
        BitName{e::SyscallEnable::mask, "SCE"},
        BitName{e::LongModeEnable::mask, "LME"},
        BitName{e::LongModeActive::mask, "LMA"},
        BitName{e::NoExecuteEnable::mask, "NXE"},
    };
    return set_bits(efer, kNames);
}

std::string segment_text(uint32_t attributes)
{
    namespace a = cpu::attribute;
    if (!a::Present::is_set(attributes))
        return "not present";
    uint64_t const type = a::Type::get(attributes);
    uint64_t const privilege = a::PrivilegeLevel::get(attributes);
    if (!a::NotSystem::is_set(attributes))
        return fmt::format("{} DPL={}", system_type_text(static_cast<unsigned>(type)), privilege);
    bool const is_code = (type & 8) != 0, is_readable = (type & 2) != 0;
    char const* const width = a::Long::is_set(attributes) && is_code ? "64-bit"
                              : a::DefaultSize::is_set(attributes)   ? "32-bit"
                                                                     : "16-bit";
    std::string const rights = is_code ? (is_readable ? "RX" : "X") : (is_readable ? "RW" : "R");
    char const* const direction = (type & 4) == 0 ? "" : is_code ? " conforming" : " down";
    return fmt::format("{} {} {}{}{} DPL={}", is_code ? "code" : "data", width, rights, direction,
                       (type & 1) != 0 ? " A" : "", privilege);
}

std::string system_type_text(unsigned type)
{
    constexpr std::array<char const*, 16> kNames = {"reserved",
                                                    "16-bit TSS",
                                                    "LDT",
                                                    "16-bit TSS (busy)",
                                                    "16-bit call gate",
                                                    "task gate",
                                                    "16-bit interrupt gate",
                                                    "16-bit trap gate",
                                                    "reserved",
                                                    "TSS",
                                                    "reserved",
                                                    "TSS (busy)",
                                                    "call gate",
                                                    "reserved",
                                                    "interrupt gate",
                                                    "trap gate"};
    return kNames[type & 15];
}

} // namespace pagelab::shell
