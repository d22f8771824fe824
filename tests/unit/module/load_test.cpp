// Loading and removing modules: what they see, what they leave, what is said.
#include <string>

#include <doctest/doctest.h>

#include "guestkernel/kernel/module/load_module.hpp"
#include "guestkernel/kernel/module/module_list.hpp"
#include "guestkernel/kernel/module/module_symbols.hpp"
#include "guestkernel/lib/errno.hpp"
#include "tests/unit/module/host_kernel.hpp"

using namespace pagelab;
using namespace pagelab::test;

namespace {

constexpr char kOutOfTree[] = ": loading out-of-tree module taints kernel.\n";

struct Fresh {
    Fresh() { reset_kernel(); }
    ~Fresh()
    {
        CHECK(outstanding() == 0);
        CHECK(kernel::first_module() == nullptr);
    }
};

} // namespace

TEST_CASE("a module's init runs, its data are as in its file, its exit finds what init left")
{
    Fresh const fresh;
    REQUIRE(insmod("hello") == 0);
    CHECK(take_log() == std::string("hello") + kOutOfTree + "hello: 42 42 constant 6 6\n");
    CHECK(proc_modules().starts_with("hello 20480 0 - Live 0x"));
    CHECK(proc_modules().ends_with(" (O)\n"));
    CHECK(rmmod("hello") == 0);
    CHECK(take_log() == "hello: bye 42 6\n");
    CHECK(proc_modules().empty());
}

TEST_CASE("init's memory is given back, and its names with it")
{
    Fresh const fresh;
    REQUIRE(insmod("hello") == 0);
    kernel::module const& m = *kernel::find_module("hello");
    CHECK(m.init_layout.size == 0);
    CHECK(outstanding() == 4); // core, arguments, names of symbols and of sections
    bool found_exit = false;
    for (unsigned i = 0; i < m.kallsyms.count; i++) {
        std::string const name = m.kallsyms.strings + m.kallsyms.symbols[i].name;
        CHECK(name != "hello_init");
        if (name == "hello_exit") {
            found_exit = true;
            auto const exit = reinterpret_cast<uintptr_t>(m.exit);
            auto const symbol = kernel::find_module_symbol(m, exit + 3);
            CHECK(symbol.name == name);
            CHECK(symbol.start == exit);
        }
    }
    CHECK(found_exit);
    CHECK(rmmod("hello") == 0);
}

TEST_CASE("a module is loaded once, and only what is loaded can be removed")
{
    Fresh const fresh;
    REQUIRE(insmod("hello") == 0);
    unsigned long const held = outstanding();
    CHECK(insmod("hello") == -EEXIST);
    CHECK(outstanding() == held);
    CHECK(rmmod("goodbye") == -ENOENT);
    CHECK(rmmod("hello") == 0);
    CHECK(rmmod("hello") == -ENOENT);
}

TEST_CASE("a module that another uses stays")
{
    Fresh const fresh;
    CHECK(insmod("user") == -ENOENT);
    std::string const log = take_log();
    CHECK(log.find("user: Unknown symbol exported_add (err -2)\n") != std::string::npos);
    CHECK(log.find("user: Unknown symbol exported_gpl (err -2)\n") != std::string::npos);
    CHECK(log.find("nowhere") == std::string::npos); // weak
    REQUIRE(insmod("exporter") == 0);
    REQUIRE(insmod("user") == 0);
    CHECK(take_log() == "user: 5 -4 7\n");
    CHECK(proc_modules().find("exporter 12288 1 user, Live") != std::string::npos);
    CHECK(rmmod("exporter") == -EAGAIN);
    CHECK(rmmod("user") == 0);
    CHECK(rmmod("exporter") == 0);
}

TEST_CASE("what is exported under the GPL is not there for others")
{
    Fresh const fresh;
    REQUIRE(insmod("exporter") == 0);
    take_log();
    CHECK(insmod("proprietary") == -ENOENT);
    CHECK(take_log() == "proprietary: module license 'Proprietary' taints kernel.\n"
                        "proprietary: Unknown symbol exported_gpl (err -2)\n");
    CHECK((tainted() & 1) == 1);
    CHECK(rmmod("exporter") == 0);
}

TEST_CASE("a module whose init fails is gone, and its error is the load's")
{
    Fresh const fresh;
    CHECK(insmod("initfail") == -19);
    CHECK(take_log() == std::string("initfail") + kOutOfTree +
                            "initfail: module license 'unspecified' taints kernel.\n");
    CHECK(insmod("initfail", "error=-12") == -ENOMEM);
    REQUIRE(insmod("initfail", "error=3") == 0);
    CHECK(take_log().find("suspiciously returned 3") != std::string::npos);
    CHECK(proc_modules().find("[permanent],") != std::string::npos);
    CHECK(rmmod("initfail") == -EBUSY);
    kernel::free_module(*kernel::find_module("initfail"));
}

TEST_CASE("a module for another kernel is refused with both version magics")
{
    Fresh const fresh;
    CHECK(insmod("badmagic") == -ENOEXEC);
    CHECK(take_log() ==
          "badmagic: version magic '6.1.0-9-amd64 SMP preempt mod_unload modversions ' should be "
          "'0.1 SMP preempt mod_unload '\n");
    CHECK(tainted() == 0);
}

TEST_CASE("every lack of memory undoes what was done, and the next attempt succeeds")
{
    Fresh const fresh;
    REQUIRE(insmod("exporter") == 0);
    unsigned long const held = outstanding();
    for (std::string const name : {"user", "params", "hello"}) {
        CAPTURE(name);
        unsigned long n = 0;
        for (;; n++) {
            fail_nth(n);
            int const error = insmod(name, name == "params" ? "text=abc names=d,e" : "");
            if (!has_failed()) {
                CHECK(error == 0);
                break;
            }
            CHECK(error == -ENOMEM);
            CHECK(outstanding() == held);
            CHECK(kernel::find_module(name.c_str()) == nullptr);
        }
        CHECK(n >= 4);
        fail_never();
        CHECK(rmmod(name) == 0);
        CHECK(outstanding() == held);
    }
    CHECK(rmmod("exporter") == 0);
    for (unsigned n = 0; n < 6; n++) { // with per-CPU variables
        fail_nth(n);
        CHECK(insmod("initfail") == (n < 5 ? -ENOMEM : -19));
        CHECK(outstanding() == 0);
    }
}
