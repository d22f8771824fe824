// The kernel that the module loader calls, played by the test: memory, rights of pages, the log,
// exported symbols. All memory lies below 2 GiB, where code for the kernel's top 2 GiB also works:
// so x86_64 modules really run, in this process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "guestkernel/kernel/module/module.hpp"

namespace pagelab::test {

// What a module has printed and the loader has said, a line each.
std::string take_log();

// Of the requests for memory from now on, the n-th fails, counted from 0; none: never.
void fail_nth(unsigned long n);
bool has_failed();
void fail_never();

// What is taken and not given back: objects, and pieces of module memory.
unsigned long outstanding();

// As if the kernel were new: no taints, an empty log.
void reset_kernel();
unsigned long tainted();

std::vector<char> read_module(std::string const& arch, std::string const& name);
// insmod and rmmod of a module for x86_64; the errno or 0.
int insmod(std::string const& name, std::string const& args = "");
int rmmod(std::string const& name);

std::string parameter(std::string const& module, std::string const& name); // as text; with its end
std::string proc_modules();

} // namespace pagelab::test
