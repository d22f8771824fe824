// why: what denies an access: which bit of which entry, and which control bits have a say.
#include "emu/mmu/entry_view.hpp"
#include "emu/mmu/translate.hpp"
#include "emu/shell/access_words.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"
#include "guestkernel/abi/x86/rflags.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(A right is granted only if every level grants it; a fault has a first cause:

  P = 0 at some level ---------------------> not present        error code bit 0 clear
  a reserved bit set ----------------------> reserved bit       bit 3
  user access,     U = 0 at some level ----> supervisor page    bit 0, bit 2
  write,           W = 0 at some level ----> read-only          the kernel's only with CR0.WP
  fetch,          NX = 1 at some level ----> no execute         with EFER.NXE
  kernel access to a page of the user's ---> SMEP (fetch), SMAP (read, write; excused by AC)

A control bit matters if the outcome were another one with the bit the other way round.
Without ACCESS: all six.

EXAMPLES
  why 0xffffffff81000000 write kernel
  why $rip fetch user
  why 0
)";

struct Question {
    std::string address;
    std::vector<std::string> access;
};

struct Control {
    char const* name;
    uint64_t mmu::Context::*word;
    uint64_t mask;
};

constexpr Control kControls[] = {
    {"CR0.WP", &mmu::Context::cr0, x86::cr0::WriteProtect::mask},
    {"CR4.SMEP", &mmu::Context::cr4, x86::cr4::SupervisorExecutionPrevention::mask},
    {"CR4.SMAP", &mmu::Context::cr4, x86::cr4::SupervisorAccessPrevention::mask},
    {"EFER.NXE", &mmu::Context::efer, x86::efer::NoExecuteEnable::mask},
    {"RFLAGS.AC", &mmu::Context::rflags, x86::rflags::AlignmentCheck::mask},
};

using Outcome = std::expected<mmu::Translation, mmu::Fault>;

bool is_alike(Outcome const& a, Outcome const& b)
{
    if (a.has_value() != b.has_value())
        return false;
    return a ? true
             : a.error().reason == b.error().reason && a.error().error_code == b.error().error_code;
}

// The bit of an entry that denies, as it is: "W = 0"; "" if none does.
std::string denying_bit(mmu::EntryView const& entry, mmu::FaultReason reason)
{
    auto const has = [&](char letter) { return entry.letters.find(letter) != std::string::npos; };
    switch (reason) {
    case mmu::FaultReason::NotPresent:
        return has('P') ? "" : "P = 0";
    case mmu::FaultReason::ReservedBit:
        return entry.reserved == 0 ? "" : "reserved bits " + hex(entry.reserved);
    case mmu::FaultReason::SupervisorPage:
        return has('U') || !entry.has_rights ? "" : "U = 0";
    case mmu::FaultReason::ReadOnly:
        return has('W') || !entry.has_rights ? "" : "W = 0";
    case mmu::FaultReason::NoExecute:
        return has('X') ? "NX = 1" : "";
    case mmu::FaultReason::Smep:
    case mmu::FaultReason::Smap:
        return entry.is_page ? "U = 1 at every level" : "";
    case mmu::FaultReason::NonCanonical:
        break;
    }
    return "";
}

Json fault_json(mmu::Context const& context, VirtAddr address, mmu::Fault const& fault)
{
    Json denied = Json::array();
    for (mmu::EntryView const& entry : mmu::view_entries(context, address, fault.trace))
        if (std::string bit = denying_bit(entry, fault.reason); !bit.empty())
            denied.push_back({{"level", mmu::level_name(entry.level)},
                              {"index", entry.index},
                              {"entry", hex(entry.address)},
                              {"raw", hex(entry.raw)},
                              {"bit", std::move(bit)}});
    Json json = {{"reason", mmu::name(fault.reason)}, {"denied_by", std::move(denied)}};
    if (fault.vector == x86::Vector::page_fault) {
        json["error_code"] = hex(fault.error_code);
        json["error"] = page_fault_code_text(fault.error_code);
    }
    return json;
}

Json access_json(mmu::Context const& context, mem::PhysicalMemory const& memory, VirtAddr address,
                 mmu::Access access)
{
    Outcome const outcome = mmu::translate(context, memory, address, access);
    Json json = {{"access", to_string(access)}, {"allowed", outcome.has_value()}};
    if (outcome)
        json["physical"] = hex(outcome->address);
    else
        json.update(fault_json(context, address, outcome.error()));
    json["controls"] = Json::array();
    for (Control const& control : kControls) {
        mmu::Context other = context;
        other.*control.word ^= control.mask;
        if (!is_alike(outcome, mmu::translate(other, memory, address, access)))
            json["controls"].push_back(
                {{"name", control.name}, {"value", (context.*control.word & control.mask) != 0}});
    }
    if (!json.contains("denied_by"))
        json["denied_by"] = Json::array();
    return json;
}

Result<Json> read(Session& session, Question const& question)
{
    VirtAddr const address(TRY(session.evaluate(question.address)));
    mmu::Context const context = session.target().context();
    Json accesses = Json::array();
    for (mmu::Access const access : TRY(parse_accesses(question.access)))
        accesses.push_back(access_json(context, session.target().memory(), address, access));
    return Json{{"address", hex(address)},
                {"mode", mmu::name(mmu::paging_mode(context))},
                {"accesses", std::move(accesses)}};
}

Reader declare(CLI::App& arguments)
{
    auto const question = std::make_shared<Question>();
    arguments.add_option("VA", question->address, "virtual address, symbol or $register")
        ->required();
    arguments.add_option("ACCESS", question->access, "read, write or fetch; user or kernel")
        ->expected(1, 2);
    return [question](Session& session) { return read(session, *question); };
}

std::string text(Json const& document)
{
    std::string result;
    for (Json const& access : document["accesses"]) {
        result += plain(access["access"]) + ": ";
        if (access["allowed"].get<bool>())
            result += "allowed, physical " + plain(access["physical"]) + "\n";
        else if (access.contains("error_code"))
            result += fmt::format("page fault, {}; error code {} ({})\n", plain(access["reason"]),
                                  plain(access["error_code"]), plain(access["error"]));
        else
            result += "general protection, " + plain(access["reason"]) + "\n";
        for (Json const& by : access["denied_by"])
            result += fmt::format("  {}[{:03x}] at {} = {}: {}\n", plain(by["level"]),
                                  number(by["index"]), plain(by["entry"]), plain(by["raw"]),
                                  plain(by["bit"]));
        for (Json const& control : access["controls"])
            result += fmt::format("  {} = {} matters\n", plain(control["name"]),
                                  control["value"].get<bool>() ? 1 : 0);
    }
    return result;
}

} // namespace

Command const kWhy = {"why",
                      Group::Translation,
                      "which bit denies an access, and which control bits matter",
                      kHelpText,
                      R"({"address": "hex", "mode": "string", "accesses": [{"access": "string",
    "allowed": "bool", "physical": "hex?", "reason": "string?", "error_code": "hex?",
    "error": "string?", "controls": [{"name": "string", "value": "bool"}],
    "denied_by": [{"level": "string", "index": "number", "entry": "hex", "raw": "hex",
        "bit": "string"}]}]})",
                      declare,
                      text,
                      Completes::Symbols};

} // namespace pagelab::shell
