#include "emu/kbuild/module_build.hpp"

#include <doctest/doctest.h>

#include "emu/kbuild/relocatable.hpp"
#include "tests/unit/kbuild/workshop.hpp"

using namespace pagelab;
using namespace pagelab::kbuild;

namespace {

std::string const kPagelab = PAGELAB_BUILD_DIR "/emu/pagelab";
std::string const kData = PAGELAB_SOURCE_DIR "/tests/unit/kbuild/data/";

Ran build(Workshop const& workshop, char const* text, std::string_view arch = "x86_64")
{
    auto const source = workshop.write("m.c", text);
    return run(fmt::format("{} module build {} --arch {}", kPagelab, source.string(), arch));
}

} // namespace

TEST_CASE("everything the labs call compiles without a word and is exported")
{
    Workshop const workshop;
    for (auto const arch : kArchs) {
        CAPTURE(arch);
        auto const ran = run(fmt::format("{} module build {}labs_api.c --arch {} -o {}", kPagelab,
                                         kData, arch, workshop.path("labs_api.ko").string()));
        CHECK(ran.output == "");
        CHECK(ran.status == 0);
        auto const built = read_relocatable(workshop.path("labs_api.ko"));
        REQUIRE(built);
        CHECK(built->modinfo.at("name") == "labs_api");
        CHECK(
            built->modinfo.at("vermagic") ==
            (arch == "x86_64" ? "0.1 SMP preempt mod_unload " : "0.1 SMP preempt mod_unload 686 "));
        CHECK(built->modinfo.at("parmtype") == "words:array of charp");
        CHECK(built->modinfo.at("depends") == "");
    }
}

TEST_CASE("a lab is built, loaded and removed, on both widths")
{
    Workshop const workshop;
    auto const module = workshop.path("slab_lab.ko").string();
    for (auto const arch : kArchs) {
        CAPTURE(arch);
        REQUIRE(run(fmt::format("{} module build {}slab_lab.c --arch {} -o {}", kPagelab, kData,
                                arch, module))
                    .status == 0);
        auto const ran = run(fmt::format("{} boot --arch {} --module {} --exec 'rmmod slab_lab' "
                                         "--exec lsmod --exec check",
                                         kPagelab, arch == "i386" ? "i686" : arch, module));
        CHECK(ran.status == 0);
        CHECK(ran.output.find("ptr1 = {42, 42} ; ptr2 = {43, 43} in my_mod_init [slab_lab]\n") !=
              std::string::npos);
        CHECK(ran.output.find("check: ok") != std::string::npos);
        CHECK(ran.output.find("slab_lab ", ran.output.find("# lsmod")) == std::string::npos);
    }
}

TEST_CASE("a module with debug information works, and takes no more of the guest's memory")
{
    Workshop const workshop;
    workshop.write("slab_lab.c", read_text(kData + "slab_lab.c"));
    auto const build_and_load = [&](std::string_view arch, std::string_view flags) {
        workshop.write("Makefile", fmt::format("obj-m := slab_lab.o\nccflags-y += {}\n", flags));
        auto const folder = workshop.path().string();
        auto const built = run(fmt::format("{} module build {} --arch {}", kPagelab, folder, arch));
        CAPTURE(built.output);
        REQUIRE(built.status == 0);
        auto const ran = run(fmt::format("{} boot --arch {} --module {}/slab_lab.ko --exec "
                                         "'cat /proc/modules' --exec 'rmmod slab_lab'",
                                         kPagelab, arch == "i386" ? "i686" : arch, folder));
        CHECK(ran.output.find("ptr1 = {42, 42} ; ptr2 = {43, 43} in my_mod_init [slab_lab]\n") !=
              std::string::npos);
        auto const listed = ran.output.find("\nslab_lab ");
        REQUIRE(listed != std::string::npos);
        return ran.output.substr(listed, ran.output.find(" 0 ", listed) - listed);
    };
    for (auto const arch : kArchs) {
        CAPTURE(arch);
        auto const plain = build_and_load(arch, "");
        CHECK(build_and_load(arch, "-g") == plain);
        CHECK(std::filesystem::file_size(workshop.path("slab_lab.ko")) > 5000);
        build_and_load(arch, "-g3 -O0 -DDEBUG");
    }
}

TEST_CASE("what is missing is named, by the compiler")
{
    Workshop const workshop;
    auto const call = build(workshop, "#include <linux/fs.h>\n"
                                      "MODULE_LICENSE(\"GPL\");\n"
                                      "int f(void);\n"
                                      "int f(void) { return register_chrdev(0, \"x\", 0); }\n");
    CHECK(call.status == 1);
    CHECK(call.output.find("implicit declaration of function 'register_chrdev'") !=
          std::string::npos);
    auto const header = build(workshop, "#include <linux/netdevice.h>\n");
    CHECK(header.status == 1);
    CHECK(header.output.find("'linux/netdevice.h' file not found") != std::string::npos);
    CHECK_FALSE(workshop.has("m.ko"));
}

TEST_CASE("what the kernel does not export is named, by modpost")
{
    Workshop const workshop;
    auto const ran = build(workshop, "#include <linux/module.h>\n"
                                     "MODULE_LICENSE(\"GPL\");\n"
                                     "void secret(void);\n"
                                     "static int __init f(void) { secret(); return 0; }\n"
                                     "module_init(f);\n");
    CHECK(ran.status == 125);
    CHECK(ran.output.find("ERROR: modpost: \"secret\" [" + workshop.path("m.ko").string() +
                          "] undefined!") == 0);
}

TEST_CASE("bench tells how long it takes to a module's first line")
{
    auto const ran = run(kPagelab + " bench --module --runs 1");
    CAPTURE(ran.output);
    CHECK(ran.status == 0);
    for (char const* arch : {"x86_64", "i686"})
        CHECK(ran.output.find(fmt::format("module build to its first line, {} ", arch)) !=
              std::string::npos);
}

TEST_CASE("what cannot be built is an error of one line")
{
    Workshop const workshop;
    auto const fails = [&](std::string const& arguments, std::string const& message) {
        auto const ran = run(kPagelab + " module build " + arguments);
        CHECK(ran.status == 125);
        CHECK(ran.output == "pagelab: " + message + "\n");
    };
    auto const folder = workshop.path().string();
    fails(folder + "/none.c", "cannot read '" + folder + "/none.c': no such file or folder");
    fails(workshop.write("m.txt", "").string(),
          "'" + folder + "/m.txt' is neither a C file nor a folder");
    fails(workshop.write("m.c", "").string() + " --arch arm",
          "architecture 'arm' is neither x86_64 nor i386");
    fails(folder + " -o x.ko", "-o is for a single file: make leaves a folder's modules in it");
}

TEST_CASE("a parameter of another type than its variable is warned of")
{
    Workshop const workshop;
    auto const ran = build(workshop, "#include <linux/module.h>\n"
                                     "MODULE_LICENSE(\"GPL\");\n"
                                     "static long n;\n"
                                     "module_param(n, int, 0);\n");
    CHECK(ran.output.find("incompatible pointer types") != std::string::npos);
    auto const writable = build(workshop, "#include <linux/module.h>\n"
                                          "static int n;\n"
                                          "module_param(n, int, 0666);\n");
    CHECK(writable.status == 1); // what all the world may write is an error
}
