// "write user": the accesses that words of a command line name; a kind that is not named is any.
#pragma once

#include <string>
#include <vector>

#include "emu/base/error.hpp"
#include "emu/mmu/access.hpp"

namespace pagelab::shell {

// Words: read, write, fetch, user, kernel. In the order read, write, fetch, the kernel's first.
Result<std::vector<mmu::Access>> parse_accesses(std::vector<std::string> const& words);

// "write by user".
std::string to_string(mmu::Access access);

// "PRESENT|WRITE|USER": the bits of a page fault's error code.
std::string page_fault_code_text(uint32_t error_code);

} // namespace pagelab::shell
