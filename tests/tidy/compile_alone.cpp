// Each job is one compiler process with -fsyntax-only, whose input is nothing but the header.
#include "tests/tidy/compile_alone.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <thread>

#include <fmt/format.h>

namespace pagelab::tidy {

namespace fs = std::filesystem;

namespace {

fs::path dependency_file(HeaderJob const& job, fs::path const& cache)
{
    auto name = job.label + "." + job.header;
    std::ranges::replace(name, '/', '.');
    return cache / (name + ".d");
}

// A dependency file is "target: file file \" and so on, by make's rules.
bool is_fresh(fs::path const& dependencies)
{
    std::error_code error;
    auto const compiled = fs::last_write_time(dependencies, error);
    if (error)
        return false;
    std::ifstream in(dependencies);
    for (std::string word; in >> word;) {
        if (word == "\\" || word.ends_with(':'))
            continue;
        auto const changed = fs::last_write_time(word, error);
        if (error || changed >= compiled)
            return false;
    }
    return true;
}

// The compiler's output if it failed, else an empty string.
std::string compile(HeaderJob const& job, fs::path const& root, fs::path const& dependencies)
{
    auto const command = fmt::format(
        "cd '{}' && {} -fsyntax-only -MD -MF '{}' -I '{}' -x {} -include '{}' /dev/null 2>&1",
        root.string(), job.compiler, dependencies.string(), root.string(), job.language,
        (root / job.header).string());
    std::FILE* const pipe = popen(command.c_str(), "r");
    if (pipe == nullptr)
        return "cannot start the compiler";
    std::string output;
    std::array<char, 4096> chunk;
    for (size_t got; (got = fread(chunk.data(), 1, chunk.size(), pipe)) > 0;)
        output.append(chunk.data(), got);
    if (pclose(pipe) == 0)
        return "";
    fs::remove(dependencies);
    return output.empty() ? "the compiler failed" : output;
}

} // namespace

std::vector<HeaderFailure> compile_alone(std::vector<HeaderJob> const& jobs, fs::path const& root,
                                         fs::path const& cache)
{
    fs::create_directories(cache);
    std::vector<HeaderFailure> failures;
    std::mutex failures_lock;
    std::atomic<size_t> next = 0;
    auto const work = [&] {
        for (size_t i; (i = next++) < jobs.size();) {
            auto const dependencies = dependency_file(jobs[i], cache);
            if (is_fresh(dependencies))
                continue;
            if (auto output = compile(jobs[i], root, dependencies); !output.empty()) {
                std::lock_guard const lock(failures_lock);
                failures.push_back({jobs[i].header, jobs[i].label, std::move(output)});
            }
        }
    };
    std::thread second(work);
    work();
    second.join();
    return failures;
}

} // namespace pagelab::tidy
