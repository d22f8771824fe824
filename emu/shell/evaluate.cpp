// Sums of numbers, symbols and registers.
#include <charconv>

#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

Result<uint64_t> register_value(cpu::CpuState const& state, std::string_view name)
{
    constexpr std::array<std::string_view, 16> kGeneral = {"rax", "rcx", "rdx", "rbx", "rsp", "rbp",
                                                           "rsi", "rdi", "r8",  "r9",  "r10", "r11",
                                                           "r12", "r13", "r14", "r15"};
    for (size_t i = 0; i < kGeneral.size(); ++i)
        if (name == kGeneral[i] ||
            (i < 8 && name.starts_with('e') && name.substr(1) == kGeneral[i].substr(1)))
            return state.gpr[i];
    if (name == "rip" || name == "eip" || name == "pc")
        return state.rip;
    if (name == "cr3")
        return state.cr3;
    return fail("no register ${}", name);
}

Result<uint64_t> term_value(Session& session, std::string_view term)
{
    if (term.starts_with('$'))
        return register_value(session.target().state(), term.substr(1));
    if (!term.empty() && term.front() >= '0' && term.front() <= '9') {
        bool const is_hex = term.starts_with("0x") || term.starts_with("0X");
        uint64_t value = 0;
        char const* const end = term.data() + term.size();
        auto const [rest, error] =
            std::from_chars(term.data() + (is_hex ? 2 : 0), end, value, is_hex ? 16 : 10);
        if (error != std::errc() || rest != end)
            return fail("'{}' is no number", term);
        return value;
    }
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    if (auto const symbol = kernel->types().symbol(term))
        return symbol->value;
    return TRY(kernel->types().variable(term)).address.value;
}

} // namespace

Result<uint64_t> Session::evaluate(std::string const& expression)
{
    std::string_view rest = expression;
    uint64_t sum = 0;
    bool minus = false;
    while (true) {
        auto const end = rest.find_first_of("+-");
        uint64_t const value = TRY(term_value(*this, rest.substr(0, end)));
        sum = minus ? sum - value : sum + value;
        if (end == rest.npos)
            return sum;
        minus = rest[end] == '-';
        rest.remove_prefix(end + 1);
    }
}

} // namespace pagelab::shell
