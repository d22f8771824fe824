// pagelab module: builds lab modules.
#include <cstdio>
#include <filesystem>
#include <memory>

#include "emu/cli/commands.hpp"
#include "emu/cli/images.hpp"
#include "emu/kbuild/modpost.hpp"
#include "emu/kbuild/module_build.hpp"

namespace pagelab::cli {

namespace {

namespace fs = std::filesystem;

constexpr char kExamples[] = R"(
Examples:
  pagelab module build hello.c                     hello.ko, beside hello.c, for x86_64
  pagelab module build hello.c --arch i386 -o h.ko
  pagelab module build labs/slab                   what its Makefile names in obj-m

Then: pagelab boot --module hello.ko
)";

struct BuildOptions {
    std::string source;
    std::string arch = "x86_64";
    std::string output;
};

struct ModpostOptions {
    std::vector<fs::path> objects;
    std::vector<fs::path> known;
    fs::path output;
};

Result<> build(BuildOptions const& options)
{
    auto const tools = TRY(kbuild::find_toolchain(kbuild_folder()));
    auto const arch = TRY(kbuild::linux_arch(options.arch));
    fs::path const source = options.source;
    std::error_code status;
    if (fs::is_directory(source, status)) {
        if (!options.output.empty())
            return fail("-o is for a single file: make leaves a folder's modules in it");
        return kbuild::make_modules(tools, arch, source);
    }
    if (!fs::is_regular_file(source, status))
        return fail("cannot read '{}': no such file or folder", source.string());
    if (source.extension() != ".c")
        return fail("'{}' is neither a C file nor a folder", source.string());
    fs::path module = options.output;
    if (module.empty())
        module = fs::path(source).replace_extension(".ko");
    return kbuild::build_module(tools, arch, source, module);
}

int report(Result<> const& result)
{
    if (result)
        return 0;
    fmt::print(stderr, "pagelab: {}\n", result.error().message);
    return result.error().exit_status;
}

} // namespace

Action add_module_command(CLI::App& app)
{
    auto const build_options = std::make_shared<BuildOptions>();
    auto const modpost_options = std::make_shared<ModpostOptions>();
    CLI::App& command = *app.add_subcommand("module", "build kernel modules for the guest");
    command.require_subcommand(1);
    CLI::App* const build_command =
        command.add_subcommand("build", "compile a C file, or make a folder's modules")
            ->footer(kExamples);
    build_command->add_option("source", build_options->source, "FILE.c or a folder")->required();
    build_command->add_option("--arch", build_options->arch, "x86_64 (the default) or i386");
    build_command->add_option("-o", build_options->output, "the module's file");
    CLI::App* const modpost_command =
        command.add_subcommand("modpost", "check compiled modules; write FOO.mod.c for each FOO.o");
    modpost_command->add_option("--objects", modpost_options->objects, "FOO.o ...")->required();
    modpost_command->add_option("-i", modpost_options->known, "Module.symvers to link against");
    modpost_command->add_option("-o", modpost_options->output, "Module.symvers to write")
        ->required();
    return [=] {
        if (build_command->parsed())
            return report(build(*build_options));
        return report(kbuild::modpost_files(modpost_options->objects, modpost_options->known,
                                            modpost_options->output));
    };
}

} // namespace pagelab::cli
