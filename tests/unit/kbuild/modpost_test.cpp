#include "emu/kbuild/modpost.hpp"

#include <doctest/doctest.h>

#include "tests/unit/kbuild/workshop.hpp"

using namespace pagelab;
using namespace pagelab::kbuild;

namespace {

constexpr char kSymvers[] = "0x00000000\tkfree\tvmlinux\tEXPORT_SYMBOL\t\n"
                            "0x00000000\tkthread_park\tvmlinux\tEXPORT_SYMBOL_GPL\t\n";

Symvers kernel()
{
    Symvers symbols;
    REQUIRE(add_symvers(symbols, kSymvers));
    return symbols;
}

ModuleObject module(char const* path, std::vector<std::string> undefined,
                    std::string const& license = "GPL")
{
    ModuleObject result{path, {}};
    result.contents.undefined = std::move(undefined);
    result.contents.modinfo["license"] = license;
    result.contents.has_init = true;
    return result;
}

} // namespace

TEST_CASE("Module.symvers is read as it is written")
{
    CHECK(format_symvers(kernel()) == kSymvers);
    Symvers symbols;
    auto const bad = add_symvers(symbols, "0x00000000\tkfree\tvmlinux\tEXPORT_SYMBOL\t\nkfree\n");
    REQUIRE_FALSE(bad);
    CHECK(bad.error().message == "line 2 is no symbol: kfree");
    CHECK_FALSE(add_symvers(symbols, "0\tkfree\tvmlinux\tSOMETHING\t"));
    CHECK_FALSE(add_symvers(symbols, "0\t\tvmlinux\tEXPORT_SYMBOL\t"));
}

TEST_CASE("what nobody exports is an error that names it")
{
    auto const result =
        modpost({module("/m/foo.o", {"__this_module", "kfree", "no_such"})}, kernel());
    REQUIRE(result.errors.size() == 1);
    CHECK(result.errors[0] == "ERROR: modpost: \"no_such\" [/m/foo.ko] undefined!");
    CHECK(result.warnings.empty());
}

TEST_CASE("GPL-only symbols are for modules that say they are compatible")
{
    CHECK(modpost({module("/m/foo.o", {"kthread_park"}, "Dual BSD/GPL")}, kernel()).errors.empty());
    auto const result = modpost({module("/m/foo.o", {"kthread_park"}, "Proprietary")}, kernel());
    REQUIRE(result.errors.size() == 1);
    CHECK(result.errors[0] == "ERROR: modpost: GPL-incompatible module foo.ko uses GPL-only symbol "
                              "'kthread_park'");
}

TEST_CASE("a module without licence is warned of")
{
    auto bare = module("/m/foo.o", {"kfree"});
    bare.contents.modinfo.clear();
    auto const result = modpost({bare}, kernel());
    CHECK(result.errors.empty());
    REQUIRE(result.warnings.size() == 1);
    CHECK(result.warnings[0] == "WARNING: modpost: missing MODULE_LICENSE() in /m/foo.o");
}

TEST_CASE("modules may use each other, and say so")
{
    auto giver = module("/m/the-giver.o", {});
    giver.contents.exported["given"] = ExportKind::GplOnly;
    auto const result = modpost({module("/m/taker.o", {"given"}), giver}, kernel());
    CHECK(result.errors.empty());
    CHECK(result.sources[0].find("MODULE_INFO(depends, \"the_giver\");") != std::string::npos);
    CHECK(result.sources[1].find("MODULE_INFO(depends, \"\");") != std::string::npos);
    CHECK(format_symvers(result.exported) ==
          "0x00000000\tgiven\t/m/the-giver\tEXPORT_SYMBOL_GPL\t\n");
    giver.contents.exported["kfree"] = ExportKind::Any;
    auto const twice = modpost({giver}, kernel());
    REQUIRE(twice.errors.size() == 1);
    CHECK(twice.errors[0] ==
          "ERROR: modpost: /m/the-giver: 'kfree' exported twice. Previous export "
          "was in vmlinux");
}

TEST_CASE("__this_module names the functions there are")
{
    auto m = module("/m/foo.o", {});
    CHECK(modpost({m}, kernel()).sources[0].find(".init = init_module") != std::string::npos);
    CHECK(modpost({m}, kernel()).sources[0].find(".exit") == std::string::npos);
    m.contents.has_exit = true;
    CHECK(modpost({m}, kernel()).sources[0].find(".exit = cleanup_module") != std::string::npos);
}

TEST_CASE("what is no object file is an error of one line")
{
    Workshop const workshop;
    CHECK(read_relocatable(workshop.path("none.o")).error().message.find("cannot read") == 0);
    CHECK_FALSE(read_relocatable(workshop.write("empty.o", "")));
    CHECK_FALSE(read_relocatable(workshop.write("text.o", "this is no ELF file at all")));
    CHECK_FALSE(read_relocatable(workshop.write("short.o", "\x7f"
                                                           "ELF\x02\x01\x01")));
    CHECK_FALSE(read_relocatable("/proc/self/exe"));
}

TEST_CASE("an object file cut anywhere is read or refused")
{
    Workshop const workshop;
    auto const source = workshop.write("a.c", "#include <linux/module.h>\n"
                                              "MODULE_LICENSE(\"GPL\");\n"
                                              "int given; EXPORT_SYMBOL_GPL(given);\n");
    REQUIRE(build_module(tools(), "x86_64", source, workshop.path("a.ko")));
    auto const whole = read_text(workshop.path("a.ko"));
    auto const read = read_relocatable(workshop.path("a.ko"));
    REQUIRE(read);
    CHECK(read->modinfo.at("license") == "GPL");
    CHECK(read->exported.at("given") == ExportKind::GplOnly);
    for (size_t length = 0; length < whole.size(); length += 7) {
        auto const cut = read_relocatable(workshop.write("cut.o", whole.substr(0, length)));
        if (!cut)
            CHECK(!cut.error().message.empty());
    }
}
