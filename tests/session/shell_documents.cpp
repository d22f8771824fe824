// One run of the program; a line is a document.
#include "tests/session/shell_documents.hpp"

#include <sstream>

#include <doctest/doctest.h>

#include "tests/session/program.hpp"

namespace pagelab::session {

std::vector<nlohmann::json> documents(std::vector<std::string> options,
                                      std::vector<std::string> const& commands)
{
    options.insert(options.begin(), {"shell", "--json"});
    for (std::string const& command : commands) {
        options.push_back("-c");
        options.push_back(command);
    }
    Finished const run = run_program(options);
    CHECK_MESSAGE(run.status == 0, run.err);
    std::vector<nlohmann::json> result;
    std::istringstream lines(run.out);
    for (std::string line; std::getline(lines, line);)
        result.push_back(nlohmann::json::parse(line, nullptr, false));
    REQUIRE(result.size() == commands.size());
    return result;
}

} // namespace pagelab::session
