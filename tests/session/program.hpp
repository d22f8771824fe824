// Runs the built program as a user would, and keeps what it said.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pagelab::session {

struct Finished {
    int status = -1; // exit status; -1 if it was killed, by a signal or by the wall-clock limit
    std::string out;
    std::string err;
};

// `pagelab arguments...` with `input` on stdin. Killed after two minutes.
Finished run_program(std::vector<std::string> const& arguments, std::string const& input = {});

// A folder for the files of one test, removed with the object.
class Scratch {
  public:
    Scratch();
    ~Scratch();
    Scratch(Scratch const&) = delete;
    Scratch& operator=(Scratch const&) = delete;

    // The path of `name`, and the same after writing `contents` to it.
    std::string path(std::string const& name) const;
    std::string write(std::string const& name, std::string_view contents) const;

  private:
    std::filesystem::path folder_;
};

std::string read_text(std::filesystem::path const& path);

} // namespace pagelab::session
