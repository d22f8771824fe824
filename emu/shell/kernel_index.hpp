// The session's index of the kernel, made at its first use in each generation of the target.
#pragma once

#include "emu/guest/kernel_index.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

inline Result<guest::KernelIndex const*> kernel_index(Session& session)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    return session.derived<guest::KernelIndex>([&] { return guest::KernelIndex::build(*kernel); });
}

// "name+0x12/0x40 [module]", or the number.
inline std::string code_name(guest::KernelIndex const& index, VirtAddr address)
{
    return index.symbol_at(address).value_or(hex(address));
}

} // namespace pagelab::shell
