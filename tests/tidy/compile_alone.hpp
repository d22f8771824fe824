// Compiles headers on their own, two at a time, remembering those that have not changed since.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace pagelab::tidy {

struct HeaderJob {
    std::string header;   // from the repository root
    std::string compiler; // command and flags, without the header
    std::string label;    // names the target; part of the cache's file names
    std::string language = "c++";
};

struct HeaderFailure {
    std::string header;
    std::string label;
    std::string output; // what the compiler printed
};

// The cache is one dependency file (-MD) a job in `cache`: a job is skipped when everything its
// dependency file names is older than that file.
std::vector<HeaderFailure> compile_alone(std::vector<HeaderJob> const& jobs,
                                         std::filesystem::path const& root,
                                         std::filesystem::path const& cache);

} // namespace pagelab::tidy
