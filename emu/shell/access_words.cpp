// Words to accesses and back.
#include "emu/shell/access_words.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "guestkernel/abi/x86/page_fault_code.hpp"

namespace pagelab::shell {

namespace {

constexpr char const* kOperations[] = {"read", "write", "fetch"};
constexpr char const* kRequesters[] = {"user", "kernel"};

bool has(std::vector<std::string> const& words, std::string_view word)
{
    return std::ranges::find(words, word) != words.end();
}

} // namespace

Result<std::vector<mmu::Access>> parse_accesses(std::vector<std::string> const& words)
{
    auto const is_operation = [](std::string const& word) {
        return std::ranges::find(kOperations, word) != std::end(kOperations);
    };
    auto const is_requester = [](std::string const& word) {
        return std::ranges::find(kRequesters, word) != std::end(kRequesters);
    };
    for (std::string const& word : words)
        if (!is_operation(word) && !is_requester(word))
            return fail("'{}' is none of read, write, fetch, user, kernel", word);
    bool const any_operation = std::ranges::none_of(words, is_operation);
    bool const any_requester = std::ranges::none_of(words, is_requester);
    std::vector<mmu::Access> accesses;
    for (auto const requester : {mmu::Requester::Supervisor, mmu::Requester::User})
        for (auto const operation :
             {mmu::Operation::Read, mmu::Operation::Write, mmu::Operation::Fetch}) {
            bool const wanted =
                (any_operation || has(words, kOperations[static_cast<unsigned>(operation)])) &&
                (any_requester || has(words, kRequesters[static_cast<unsigned>(requester)]));
            if (wanted)
                accesses.push_back({operation, requester, mmu::Segment::Data});
        }
    return accesses;
}

std::string to_string(mmu::Access access)
{
    return fmt::format("{} by {}", kOperations[static_cast<unsigned>(access.operation)],
                       access.requester == mmu::Requester::User ? "user" : "kernel");
}

std::string page_fault_code_text(uint32_t error_code)
{
    constexpr char const* kBits[] = {"PRESENT", "WRITE", "USER", "RESERVED", "FETCH"};
    std::string text;
    for (unsigned i = 0; i < std::size(kBits); ++i)
        if ((error_code >> i & 1) != 0)
            text += (text.empty() ? "" : "|") + std::string(kBits[i]);
    return text.empty() ? "not present, read by kernel" : text;
}

} // namespace pagelab::shell
