// Parameters: every type, its range, its text; and what is said of bad ones.
#include <string>

#include <doctest/doctest.h>

#include "guestkernel/lib/errno.hpp"
#include "tests/unit/module/host_kernel.hpp"

using namespace pagelab;
using namespace pagelab::test;

namespace {

struct Loaded {
    explicit Loaded(std::string const& args = "")
    {
        reset_kernel();
        result = insmod("params", args);
        log = take_log();
        log.erase(0, log.find('\n') + 1); // that it is out of tree
    }
    ~Loaded()
    {
        if (result == 0)
            CHECK(rmmod("params") == 0);
        CHECK(outstanding() == 0);
    }
    int result = 0;
    std::string log;
};

} // namespace

TEST_CASE("defaults are read as text")
{
    Loaded const module;
    REQUIRE(module.result == 0);
    CHECK(parameter("params", "byte") == "1\n");
    CHECK(parameter("params", "small") == "-2\n");
    CHECK(parameter("params", "text") == "default\n");
    CHECK(parameter("params", "flag") == "N\n");
    CHECK(parameter("params", "off") == "N\n");
    CHECK(parameter("params", "fixed") == "fixed\n");
    CHECK(parameter("params", "list") == "1,2\n");
    CHECK(parameter("params", "names") == "(null),(null)\n");
}

TEST_CASE("values of every type arrive")
{
    Loaded const module("byte=0xff small=-32768 usmall=65535 number=-2147483648 "
                        "nr-structs=4294967295 wide=-9223372036854775808 "
                        "uwide=18446744073709551615 widest=010 text=\"two words\" flag off=n "
                        "fixed=sevench list=4,-3,2,1 names=a,bc hidden=1");
    REQUIRE(module.result == 0);
    CHECK(module.log == "params: 255 -32768 65535 -2147483648 4294967295\n"
                        "params: -9223372036854775808 18446744073709551615 8\n"
                        "params: two words 1 1 sevench 4:4,-3,2,1\n");
    CHECK(parameter("params", "names") == "a,bc\n");
    CHECK(parameter("params", "list") == "4,-3,2,1\n");
    CHECK(parameter("params", "off") == "N\n");
}

TEST_CASE("a value that is none, or too large, is refused in Linux' words")
{
    struct {
        std::string args;
        int error;
        std::string says;
    } const cases[] = {
        {"nr_structs=x", -EINVAL, "params: `x' invalid for parameter `nr_structs'\n"},
        {"nr_structs=", -EINVAL, "params: `' invalid for parameter `nr_structs'\n"},
        {"nr_structs", -EINVAL, "params: `' invalid for parameter `nr_structs'\n"},
        {"nr_structs=-1", -EINVAL, "params: `-1' invalid for parameter `nr_structs'\n"},
        {"nr_structs=4294967296", -ERANGE,
         "params: `4294967296' invalid for parameter `nr_structs'\n"},
        {"byte=256", -ERANGE, "params: `256' invalid for parameter `byte'\n"},
        {"small=32768", -ERANGE, "params: `32768' invalid for parameter `small'\n"},
        {"small=-32769", -ERANGE, "params: `-32769' invalid for parameter `small'\n"},
        {"number=1k", -EINVAL, "params: `1k' invalid for parameter `number'\n"},
        {"wide=9223372036854775808", -ERANGE,
         "params: `9223372036854775808' invalid for parameter `wide'\n"},
        {"flag=maybe", -EINVAL, "params: `maybe' invalid for parameter `flag'\n"},
        {"fixed=12345678", -ENOSPC,
         "fixed: string doesn't fit in 7 chars.\n"
         "params: `12345678' too large for parameter `fixed'\n"},
        {"list=1,2,3,4,5", -EINVAL,
         "list: can only take 4 arguments\n"
         "params: `1,2,3,4,5' invalid for parameter `list'\n"},
        {"list=1,,2", -EINVAL, "params: `1,,2' invalid for parameter `list'\n"},
        {"text=" + std::string(1025, 'x'), -ENOSPC,
         "text: string parameter too long\nparams: `xxxxxxxx"},
    };
    for (auto const& test : cases) {
        CAPTURE(test.args);
        Loaded const module(test.args);
        CHECK(module.result == test.error);
        CHECK(module.log.substr(0, test.says.size()) == test.says);
    }
}

TEST_CASE("an unknown parameter is ignored, and all behind two dashes")
{
    Loaded const module("colour=blue byte=2 -- byte=3");
    REQUIRE(module.result == 0);
    CHECK(module.log.starts_with("params: unknown parameter 'colour' ignored\n"
                                 "params: parameters 'byte=3' after `--' ignored\n"));
    CHECK(parameter("params", "byte") == "2\n");
}
