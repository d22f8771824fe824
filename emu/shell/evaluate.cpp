// Names of the target for C's expressions: registers, the frame's variables, the kernel's symbols,
// its modules'.
#include "emu/base/parse_size.hpp"
#include "emu/shell/frames.hpp"
#include "emu/shell/registers.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

Result<uint64_t> Session::evaluate(std::string const& expression)
{
    bool const is_octal = expression.size() > 1 && expression[0] == '0' && expression[1] != 'x';
    if (auto const number = parse_number(expression); number && !is_octal)
        return *number; // which needs no kernel
    guest::CValue const found = TRY(value(expression));
    return TRY(language())->values.load(found);
}

Result<guest::CValue> Session::value(std::string const& expression)
{
    return guest::evaluate(TRY(language())->scope, expression);
}

Result<guest::CTypePtr> Session::type(std::string const& name)
{
    return guest::parse_type(name, TRY(language())->scope);
}

Result<Session::Language const*> Session::language()
{
    guest::KernelView const* const kernel = TRY(target_.kernel());
    guest::CTypes const* const types = TRY(target_.c_types());
    using Holder = std::unique_ptr<Language>;
    auto const kept = TRY(derived<Holder>(
        [&]() -> Result<Holder> { return std::make_unique<Language>(*this, *kernel, *types); }));
    return kept->get();
}

Session::Language::Language(Session& session, guest::KernelView const& view,
                            guest::CTypes const& types)
    : values(view, types),
      scope(
          values,
          [&session, &types](std::string_view name) {
              return register_value(types, session.target().state(), name);
          },
          {}, [&session](std::string_view name) { return session.module_symbol(name); })
{
}

Result<guest::CValues const*> Session::values()
{
    return &TRY(language())->values;
}

Result<guest::ModuleReport const*> Session::modules()
{
    return derived<guest::ModuleReport>([&]() -> Result<guest::ModuleReport> {
        return guest::read_modules(*TRY(target_.kernel()));
    });
}

// The innermost block's wins.
Result<guest::CValue> Session::local(std::string_view name)
{
    Frames const frames = TRY(stack_frames(*this));
    if (frame() >= frames.size())
        return fail("no frame {}", frame());
    auto const locals = TRY(frame_locals(*this, frames[frame()]));
    for (guest::LocalVariable const& local : std::views::reverse(locals))
        if (local.name == name)
            return local_value(local);
    return fail("no local '{}'", name);
}

Result<guest::CValue> Session::module_symbol(std::string_view name)
{
    for (guest::Module const& module : TRY(modules())->modules)
        for (guest::ModuleSymbol const& symbol : module.symbols)
            if (symbol.name == name)
                return guest::CValue{.type = std::make_shared<guest::CType>(
                                         guest::CType{.kind = guest::CKind::Function}),
                                     .address = symbol.address};
    return fail("no symbol '{}'", name);
}

std::string Session::symbol_at(uint64_t address)
{
    if (auto const code = target_.code())
        if (auto const place = (*code)->place(address))
            return guest::text(*place);
    if (auto const loaded = modules())
        if (auto const name = guest::describe(**loaded, VirtAddr(address)))
            return *name;
    return "";
}

} // namespace pagelab::shell
