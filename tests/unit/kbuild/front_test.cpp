#include <doctest/doctest.h>

#include "emu/kbuild/relocatable.hpp"
#include "tests/unit/kbuild/workshop.hpp"

using namespace pagelab;
using namespace pagelab::kbuild;

namespace {

std::string const kPagelab = PAGELAB_BUILD_DIR "/emu/pagelab";

constexpr char kOne[] = "#include <linux/module.h>\n"
                        "static int __init one_init(void) { return 0; }\n"
                        "module_init(one_init);\n"
                        "MODULE_LICENSE(\"GPL\");\n";
constexpr char kPartA[] = "#include <linux/module.h>\n"
                          "#if !defined(ONLY_A) || FROM_MAKE != 7\n"
                          "#error flags\n"
                          "#endif\n"
                          "int given(void);\n"
                          "static int __init two_init(void) { return given(); }\n"
                          "module_init(two_init);\n"
                          "char const* two_name = KBUILD_MODNAME;\n"
                          "static_assert(sizeof(KBUILD_MODNAME) == sizeof(\"my_two\"));\n"
                          "MODULE_LICENSE(\"GPL\");\n";
constexpr char kPartB[] = "#include <linux/module.h>\n"
                          "#include \"b.h\"\n"
                          "#if defined(ONLY_A)\n"
                          "#error flags\n"
                          "#endif\n"
                          "int given(void);\n"
                          "int given(void) { return B; }\n"
                          "EXPORT_SYMBOL_GPL(given);\n";
constexpr char kThree[] = "#include <linux/module.h>\n"
                          "int given(void);\n"
                          "static int __init three_init(void) { return given(); }\n"
                          "module_init(three_init);\n"
                          "MODULE_LICENSE(\"GPL\");\n";
// As students have it: the rules below are not what is used.
constexpr char kMakefile[] = "obj-m := one.o my-two.o\n"
                             "obj-m += sub/\n"
                             "my-two-y := a.o\n"
                             "my-two-objs += b.o\n"
                             "ccflags-y := -DFROM_MAKE=7\n"
                             "CFLAGS_a.o := -DONLY_A\n"
                             "\n"
                             "all:\n"
                             "\tmake -C /lib/modules/$(shell uname -r)/build M=$(PWD) modules\n"
                             "clean:\n"
                             "\tmake -C /lib/modules/$(shell uname -r)/build M=$(PWD) clean\n";

void write_project(Workshop const& workshop)
{
    workshop.write("Makefile", kMakefile);
    workshop.write("one.c", kOne);
    workshop.write("a.c", kPartA);
    workshop.write("b.c", kPartB);
    workshop.write("b.h", "#define B 1\n");
    workshop.write("sub/Makefile", "obj-m += three.o\n");
    workshop.write("sub/three.c", kThree);
}

Ran make(Workshop const& workshop, std::string const& goals)
{
    return run(fmt::format("make --no-print-directory -C {}/guestkernel/kbuild M={} {}",
                           PAGELAB_BUILD_DIR, workshop.path().string(), goals));
}

// The lines of make's output, with the folder's name shortened to "~".
std::string lines(Workshop const& workshop, std::string text)
{
    auto const folder = workshop.path().string();
    for (size_t at; (at = text.find(folder)) != std::string::npos;)
        text.replace(at, folder.size(), "~");
    return text;
}

} // namespace

TEST_CASE("a folder is built as Linux' kbuild does, once")
{
    for (auto const arch : kArchs) {
        Workshop const workshop;
        write_project(workshop);
        auto const goals = fmt::format("ARCH={} modules", arch);
        auto const first = make(workshop, goals);
        CHECK(first.status == 0);
        CHECK(lines(workshop, first.output) == "  CC [M]  ~/a.o\n"
                                               "  CC [M]  ~/b.o\n"
                                               "  LD [M]  ~/my-two.o\n"
                                               "  CC [M]  ~/one.o\n"
                                               "  CC [M]  ~/sub/three.o\n"
                                               "  MODPOST ~/Module.symvers\n"
                                               "  CC [M]  ~/my-two.mod.o\n"
                                               "  LD [M]  ~/my-two.ko\n"
                                               "  CC [M]  ~/one.mod.o\n"
                                               "  LD [M]  ~/one.ko\n"
                                               "  CC [M]  ~/sub/three.mod.o\n"
                                               "  LD [M]  ~/sub/three.ko\n");
        CHECK(make(workshop, goals).output == "");
        workshop.write("b.h", "#define B 2\n");
        CHECK(lines(workshop, make(workshop, goals).output) == "  CC [M]  ~/b.o\n"
                                                               "  LD [M]  ~/my-two.o\n"
                                                               "  MODPOST ~/Module.symvers\n"
                                                               "  LD [M]  ~/my-two.ko\n");
        auto const three = read_relocatable(workshop.path("sub/three.ko"));
        REQUIRE(three);
        CHECK(three->modinfo.at("depends") == "my_two");
    }
}

TEST_CASE("a folder whose path has spaces is built like any other, from within")
{
    for (auto const arch : kArchs) {
        Workshop const workshop;
        std::string const folder = "my labs/number one";
        workshop.write(folder + "/Makefile", "obj-m := one.o two.o sub/\ntwo-y := a.o b.o\n");
        workshop.write(folder + "/one.c", kOne);
        workshop.write(folder + "/a.c", kThree);
        workshop.write(folder + "/b.c", "int given(void);\nint given(void) { return 0; }\n");
        workshop.write(folder + "/sub/Makefile", "obj-m := four.o\n");
        workshop.write(folder + "/sub/four.c", kOne);
        auto const quoted = "'" + workshop.path(folder).string() + "'";
        auto const front =
            fmt::format("make --no-print-directory -C {}/guestkernel/kbuild ARCH={} M={} ",
                        PAGELAB_BUILD_DIR, arch, quoted);
        auto const before = run("find " + quoted + " | sort").output;
        auto const first = run(front + "modules");
        CAPTURE(first.output);
        CHECK(first.status == 0);
        CHECK(workshop.has(folder + "/one.ko"));
        CHECK(workshop.has(folder + "/two.ko"));
        CHECK(workshop.has(folder + "/sub/four.ko"));
        CHECK(run(front + "modules").output == "");
        CHECK(run(front + "clean").status == 0);
        CHECK(run("find " + quoted + " | sort").output == before);
        CHECK(run(fmt::format("{} module build {} --arch {}", kPagelab, quoted, arch)).status == 0);
        CHECK(workshop.has(folder + "/two.ko"));
        auto const single = quoted + "/one.c -o " + quoted + "/'another one.ko'";
        CHECK(run(fmt::format("{} module build {} --arch {}", kPagelab, single, arch)).status == 0);
        CHECK(workshop.has(folder + "/another one.ko"));
    }
}

TEST_CASE("other flags are a reason to compile again")
{
    Workshop const workshop;
    workshop.write("one.c", kOne);
    workshop.write("Makefile", "obj-m := one.o\n");
    CHECK(make(workshop, "ARCH=x86_64 modules").status == 0);
    workshop.write("Makefile", "obj-m := one.o\nEXTRA_CFLAGS += -DWORD='\"a b\"'\n");
    auto const again = make(workshop, "ARCH=x86_64 modules");
    CHECK(again.status == 0);
    CHECK(again.output.find("CC [M]") != std::string::npos);
    CHECK(make(workshop, "ARCH=x86_64 modules").output == "");
    CHECK(make(workshop, "ARCH=i386 modules").output.find("CC [M]") != std::string::npos);
    auto const loud = make(workshop, "ARCH=x86_64 V=1 modules");
    CHECK(loud.output.find("-DWORD=") != std::string::npos);
}

TEST_CASE("clean leaves what was there before")
{
    Workshop const workshop;
    write_project(workshop);
    auto const before = run("cd " + workshop.path().string() + " && find . | sort").output;
    REQUIRE(make(workshop, "ARCH=x86_64").status == 0);
    CHECK(workshop.has("one.ko"));
    CHECK(make(workshop, "ARCH=x86_64 clean").status == 0);
    CHECK(run("cd " + workshop.path().string() + " && find . | sort").output == before);
}

TEST_CASE("pagelab module build makes a folder, and a student's own make does by one variable")
{
    Workshop const workshop;
    write_project(workshop);
    auto const folder = workshop.path().string();
    CHECK(run(kPagelab + " module build " + folder).status == 0);
    CHECK(workshop.has("one.ko"));
    CHECK(make(workshop, "ARCH=x86_64 clean").status == 0);
    workshop.write("Makefile", "obj-m := one.o\n"
                               "KDIR ?= /lib/modules/$(shell uname -r)/build\n"
                               "default:\n"
                               "\t$(MAKE) -C $(KDIR) M=$(CURDIR) modules\n");
    auto const ran = run(fmt::format("cd {} && make KDIR={}/guestkernel/kbuild ARCH=i386", folder,
                                     PAGELAB_BUILD_DIR));
    CHECK(ran.status == 0);
    CHECK(workshop.has("one.ko"));
}

TEST_CASE("mistakes end make with a status and a line that names them")
{
    Workshop const workshop;
    auto const bare = make(workshop, "ARCH=x86_64 modules");
    CHECK(bare.status != 0);
    CHECK(bare.output.find("has neither Kbuild nor Makefile") != std::string::npos);
    workshop.write("Makefile", "obj-m := one.o\n");
    workshop.write("one.c", "#include <linux/module.h>\nint f(void) { return no_such(); }\n");
    auto const broken = make(workshop, "ARCH=x86_64 modules");
    CHECK(broken.status != 0);
    CHECK(broken.output.find("implicit declaration of function 'no_such'") != std::string::npos);
    CHECK_FALSE(workshop.has("one.ko"));
    auto const arch = make(workshop, "ARCH=arm modules");
    CHECK(arch.status != 0);
    CHECK(arch.output.find("ARCH=arm is neither x86_64 nor i386") != std::string::npos);
}
