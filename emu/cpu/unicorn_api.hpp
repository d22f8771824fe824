// Unicorn's handles and error codes as C++ values. Only emu/cpu includes this.
#pragma once

#include <memory>

#include <unicorn/unicorn.h>

#include "emu/base/error.hpp"

namespace pagelab::cpu {

struct CloseEngine {
    void operator()(uc_engine* engine) const { uc_close(engine); }
};
using EnginePointer = std::unique_ptr<uc_engine, CloseEngine>;

struct FreeContext {
    void operator()(uc_context* context) const { uc_context_free(context); }
};
using ContextPointer = std::unique_ptr<uc_context, FreeContext>;

inline Result<> unicorn_result(uc_err status, char const* call)
{
    if (status == UC_ERR_OK)
        return {};
    return fail("{}: {}", call, uc_strerror(status));
}

} // namespace pagelab::cpu
