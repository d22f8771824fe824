// setpte: one flag of a page's entry, set or cleared.
#include "emu/mmu/entry_view.hpp"
#include "emu/mmu/translate.hpp"
#include "emu/shell/address_space.hpp"
#include "emu/shell/commands/commands.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(The entry is the last of the walk: the page's, or the one that is not
present. --level names another one: PT, PD, PDPT, PML4, PML5.

  63   62..52  51 ............ 12  11..9  8  7  6  5  4  3  2  1  0
  NX           page or table              G  S  D  A  C  T  U  W  P

The write goes to the machine's memory, and the TLBs are flushed, so that it counts from the next
access on, and the processors' copies of a PAE PDPT are loaded anew.

EXAMPLES
  setpte 0xffffc90000000000 W 0
  setpte $rsp NX 0
  setpte kernel_vmalloc U 1 --level PD
)";

struct Question {
    std::string address, flag, level;
    unsigned value = 0;
};

Result<uint64_t> flag_mask(std::string_view flag)
{
    namespace pte = x86::pte;
    constexpr std::pair<std::string_view, uint64_t> kFlags[] = {
        {"P", pte::Present::mask},        {"W", pte::Writable::mask},
        {"U", pte::User::mask},           {"T", pte::WriteThrough::mask},
        {"C", pte::CacheDisable::mask},   {"A", pte::Accessed::mask},
        {"D", pte::Dirty::mask},          {"S", pte::PageSize::mask},
        {"G", pte::Global::mask},         {"X", pte::NoExecute::mask},
        {"PWT", pte::WriteThrough::mask}, {"PCD", pte::CacheDisable::mask},
        {"NX", pte::NoExecute::mask}};
    for (auto const& [name, mask] : kFlags)
        if (name == flag)
            return mask;
    return fail("no flag '{}': P, W, U, T, C, A, D, S, G and X (NX) are known", flag);
}

Result<mmu::WalkStep> entry_of(mmu::WalkTrace const& trace, std::string const& level)
{
    if (trace.empty())
        return fail("the address has no entry");
    if (level.empty())
        return trace.last();
    for (mmu::WalkStep const& step : trace)
        if (level == mmu::level_name(step.level))
            return step;
    return fail("the walk has no {} entry", level);
}

Result<Json> read(Session& session, Question const& question)
{
    machine::Machine* const machine = TRY(session.machine());
    uint64_t const mask = TRY(flag_mask(question.flag));
    VirtAddr const address(TRY(session.evaluate(question.address)));
    mmu::Context context = session.target().context();
    context.cr4 &= ~x86::cr4::SupervisorAccessPrevention::mask;
    auto const found = mmu::translate(context, session.target().memory(), address, {});
    mmu::WalkTrace const& trace = found ? found->trace : found.error().trace;
    mmu::WalkStep const step = TRY(entry_of(trace, question.level));
    if (trace.entry_bytes == 4 && mask > 0xffff'ffff)
        return fail("an entry of 32-bit paging has no flag {}", question.flag);
    uint64_t const raw = question.value != 0 ? step.raw | mask : step.raw & ~mask;
    TRY(write_bytes(session, Space::Physical, step.entry.value,
                    std::as_bytes(std::span(&raw, 1)).first(trace.entry_bytes)));
    TRY(flush_tlbs(*machine));
    return Json{{"address", hex(address)},
                {"level", mmu::level_name(step.level)},
                {"entry", hex(step.entry)},
                {"old", hex(step.raw)},
                {"new", hex(raw)},
                {"old_letters", mmu::entry_letters(context, step.level, step.raw)},
                {"new_letters", mmu::entry_letters(context, step.level, raw)}};
}

Reader declare(CLI::App& arguments)
{
    auto const question = std::make_shared<Question>();
    arguments.add_option("VA", question->address, "virtual address, symbol or $register")
        ->required();
    arguments.add_option("FLAG", question->flag, "P, W, U, T, C, A, D, S, G or X (NX)")->required();
    arguments.add_option("VALUE", question->value, "0 or 1")->required()->check(CLI::Range(0, 1));
    arguments.add_option("--level", question->level, "the entry of this level: PT, PD, ...");
    return [question](Session& session) { return read(session, *question); };
}

std::string text(Json const& document)
{
    return fmt::format("{}: {} at {}: {} -> {}\n", plain(document["address"]),
                       plain(document["level"]), plain(document["entry"]),
                       plain(document["old_letters"]), plain(document["new_letters"]));
}

} // namespace

Command const kSetpte = {"setpte",
                         Group::Translation,
                         "set or clear a flag of a page's entry",
                         kHelpText,
                         R"({"address": "hex", "level": "string", "entry": "hex", "old": "hex",
    "new": "hex", "old_letters": "string", "new_letters": "string"})",
                         declare,
                         text,
                         Completes::Symbols};

} // namespace pagelab::shell
