// The one file that includes Capstone: one handle per code width, opened on first use.
#include "emu/base/decoder.hpp"

#include <array>

#include <capstone/capstone.h>

#include "emu/base/check.hpp"

namespace pagelab {

struct Decoder::Handles {
    std::array<csh, 3> by_width{};
    cs_insn* scratch = nullptr;

    ~Handles()
    {
        if (scratch != nullptr)
            cs_free(scratch, 1);
        for (csh& handle : by_width)
            if (handle != 0)
                cs_close(&handle);
    }
};

namespace {

cs_mode capstone_mode(CodeWidth width)
{
    switch (width) {
    case CodeWidth::Bits16:
        return CS_MODE_16;
    case CodeWidth::Bits32:
        return CS_MODE_32;
    case CodeWidth::Bits64:
        return CS_MODE_64;
    }
    return CS_MODE_64;
}

} // namespace

Decoder::Decoder() : handles_(std::make_unique<Handles>()) {}
Decoder::~Decoder() = default;

uint32_t Decoder::count(std::span<std::byte const> code, size_t size, CodeWidth width) const
{
    csh& handle = handles_->by_width[static_cast<size_t>(width)];
    if (handle == 0) {
        cs_err const status = cs_open(CS_ARCH_X86, capstone_mode(width), &handle);
        ENSURE(status == CS_ERR_OK, "capstone: {}", cs_strerror(status));
    }
    if (handles_->scratch == nullptr)
        handles_->scratch = cs_malloc(handle);
    auto const* bytes = reinterpret_cast<uint8_t const*>(code.data());
    size_t left = code.size();
    uint64_t position = 0;
    uint32_t instructions = 0;
    while (position < size && left != 0) {
        ++instructions;
        if (!cs_disasm_iter(handle, &bytes, &left, &position, handles_->scratch))
            break;
    }
    return instructions;
}

} // namespace pagelab
