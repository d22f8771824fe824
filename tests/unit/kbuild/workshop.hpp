// A folder for one test's sources, and commands run there.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "emu/kbuild/module_build.hpp"

namespace pagelab::kbuild {

struct Ran {
    int status;
    std::string output; // stdout and stderr
};

Ran run(std::string const& command); // by the shell

// Removed with the object.
class Workshop {
  public:
    Workshop();
    ~Workshop();
    Workshop(Workshop const&) = delete;
    Workshop& operator=(Workshop const&) = delete;

    std::filesystem::path path(std::string_view name = {}) const;
    std::filesystem::path write(std::string_view name, std::string_view text) const;
    bool has(std::string_view name) const;

  private:
    std::filesystem::path folder_;
};

std::string read_text(std::filesystem::path const& path);

Toolchain tools(); // of the build folder

inline constexpr std::string_view kArchs[] = {"x86_64", "i386"};

} // namespace pagelab::kbuild
