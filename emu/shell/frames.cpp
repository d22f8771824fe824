// Joins what emu/guest knows of stacks with the session's names.
#include "emu/shell/frames.hpp"

#include "emu/guest/modules.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

Result<guest::Unwinder> unwinder(Session& session)
{
    return guest::Unwinder(*TRY(session.target().kernel()), *TRY(session.target().code()),
                           [&session](uint64_t address) { return is_text(session, address); });
}

// Kept until the machine moves.
Result<Frames const*> cpu_frames(Session& session)
{
    return session.derived<Frames>([&]() -> Result<Frames> {
        guest::Unwinder const unwind = TRY(unwinder(session));
        cpu::CpuState const state = session.target().state();
        return unwind.walk(unwind.first_frame(state.gpr, state.linear_rip()));
    });
}

} // namespace

bool is_text(Session& session, uint64_t address)
{
    if (auto const code = session.target().code())
        if (auto const place = (*code)->place(address))
            return place->section.find("text") != std::string::npos;
    auto const modules = session.modules();
    if (!modules)
        return false;
    guest::Module const* const module = guest::module_at(**modules, VirtAddr(address));
    if (module == nullptr)
        return false;
    for (guest::ModulePiece const& piece : {module->core, module->init})
        if (address >= piece.base.value && address - piece.base.value < piece.text_size)
            return true;
    return false;
}

Result<Frames> stack_frames(Session& session)
{
    auto const saved_sp = session.thread_stack();
    if (!saved_sp)
        return *TRY(cpu_frames(session));
    guest::Unwinder const unwind = TRY(unwinder(session));
    return unwind.walk(TRY(unwind.switched_out(*saved_sp)));
}

Result<Json> frame_json(Session& session, guest::StackFrame const& frame, size_t number)
{
    guest::Unwinder const unwind = TRY(unwinder(session));
    guest::CodeMap const& code = *TRY(session.target().code());
    guest::TypeTable const& types = *TRY(session.target().types());
    Json functions = Json::array();
    for (guest::CodeScope const& scope : guest::scopes_at(types, code, frame.code_address())) {
        Json function = {{"name", scope.function}};
        if (scope.line.line != 0) {
            function["file"] = scope.line.file;
            function["line"] = scope.line.line;
        }
        functions.push_back(std::move(function));
    }
    if (functions.empty())
        if (auto const line = code.line(frame.code_address()))
            functions.push_back({{"name", ""}, {"file", line->file}, {"line", line->line}});
    // A call that never returns may be the last thing in its function.
    std::string symbol;
    if (auto place = code.place(frame.code_address())) {
        place->offset += frame.pc - frame.code_address();
        symbol = guest::text(*place);
    } else {
        symbol = session.symbol_at(frame.code_address());
    }
    return Json{{"number", number},
                {"pc", hex(frame.pc)},
                {"symbol", std::move(symbol)},
                {"sp", hex(unwind.stack_pointer(frame))},
                {"found_by", guest::name(frame.how)},
                {"functions", std::move(functions)}};
}

std::string frame_text(Json const& frame)
{
    Json const& functions = frame["functions"];
    auto const place = [](Json const& function) {
        return function.contains("file")
                   ? fmt::format(" at {}:{}", plain(function["file"]), plain(function["line"]))
                   : "";
    };
    std::string const number = fmt::format("#{:<3}", plain(frame["number"]));
    std::string result;
    for (size_t i = 0; i + 1 < functions.size(); ++i)
        result += fmt::format("{}{:18} {} (inlined){}\n", number, "", plain(functions[i]["name"]),
                              place(functions[i]));
    std::string const symbol = plain(frame["symbol"]);
    return result + fmt::format("{}{:18} {}{}\n", number, plain(frame["pc"]),
                                symbol.empty() ? "??" : symbol,
                                functions.empty() ? "" : place(functions.back()));
}

Result<std::vector<guest::LocalVariable>> frame_locals(Session& session,
                                                       guest::StackFrame const& frame)
{
    guest::FrameContext const context{
        *TRY(session.target().kernel()), frame.registers, frame.cfa, {}};
    return guest::locals_at(*TRY(session.target().c_types()), frame.code_address(), context);
}

Result<guest::CValue> local_value(guest::LocalVariable const& local)
{
    if (local.type == nullptr)
        return fail("no type is known");
    if (!local.where)
        return std::unexpected(local.where.error());
    if (!local.where->is_value)
        return guest::CValue{.type = local.type, .address = VirtAddr(local.where->number)};
    if (!guest::is_scalar(*local.type))
        return fail("optimized out");
    guest::CType const& type = *local.type;
    return guest::CValue{.type = local.type,
                         .bits = guest::fitted(local.where->number, type.size, type.is_signed)};
}

} // namespace pagelab::shell
