// Each access that an entry lets pass, walked anew.
#include "emu/shell/tlb_compare.hpp"

#include "emu/mmu/translate.hpp"
#include "guestkernel/abi/x86/rflags.hpp"

namespace pagelab::shell {

namespace {

char const* kind_name(cpu::TlbKind kind)
{
    switch (kind) {
    case cpu::TlbKind::User:
        return "user";
    case cpu::TlbKind::Supervisor:
        return "kernel";
    case cpu::TlbKind::SupervisorSmap:
        return "kernel, SMAP";
    }
    return "?";
}

std::string stale_access(mmu::Context const& context, mem::PhysicalMemory const& memory,
                         cpu::TlbEntry const& entry, mmu::Access access)
{
    auto const now = mmu::translate(context, memory, entry.page, access);
    if (!now)
        return fmt::format("a walk now ends with: {}", mmu::name(now.error().reason));
    if (now->address != entry.target)
        return fmt::format("a walk now leads to {:#x}", now->address.value);
    if (access.operation == mmu::Operation::Write && !now->trace.empty() &&
        !x86::pte::Dirty::is_set(now->trace.last().raw))
        return "writes pass, but the page is not dirty now";
    return "";
}

} // namespace

std::vector<cpu::TlbEntry> tlb_entries(Target& target)
{
    machine::Machine* const machine = target.machine();
    if (machine == nullptr)
        return {};
    return machine->tlb(target.selected_cpu());
}

std::string stale_reason(mmu::Context const& context, mem::PhysicalMemory const& memory,
                         cpu::TlbEntry const& entry)
{
    mmu::Context at_fill = context;
    at_fill.rflags = entry.kind == cpu::TlbKind::Supervisor ? x86::rflags::AlignmentCheck::mask : 0;
    auto const requester =
        entry.kind == cpu::TlbKind::User ? mmu::Requester::User : mmu::Requester::Supervisor;
    std::pair<bool, mmu::Operation> const passing[] = {{entry.read, mmu::Operation::Read},
                                                       {entry.write, mmu::Operation::Write},
                                                       {entry.fetch, mmu::Operation::Fetch}};
    for (auto const& [passes, operation] : passing) {
        if (!passes)
            continue;
        std::string reason =
            stale_access(at_fill, memory, entry, {operation, requester, mmu::Segment::Data});
        if (!reason.empty())
            return reason;
    }
    return "";
}

Json tlb_row(mmu::Context const& context, mem::PhysicalMemory const& memory,
             cpu::TlbEntry const& entry)
{
    std::string rights = entry.read ? "r" : "-";
    rights += entry.write ? 'w' : '-';
    rights += entry.fetch ? 'x' : '-';
    Json row = {{"kind", kind_name(entry.kind)},
                {"page", hex(entry.page)},
                {"target", hex(entry.target)},
                {"rights", std::move(rights)}};
    if (std::string reason = stale_reason(context, memory, entry); !reason.empty())
        row["stale"] = std::move(reason);
    return row;
}

std::string tlb_text(Json const& row)
{
    std::string text = fmt::format("{} {}  {} -> {}", plain(row["rights"]), plain(row["kind"]),
                                   plain(row["page"]), plain(row["target"]));
    return row.contains("stale") ? text + "  stale: " + plain(row["stale"]) : text;
}

} // namespace pagelab::shell
