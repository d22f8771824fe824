// A strict reader of KTAP version 1: anything that the format does not promise is an error.
//
// Plans come before their tests, numbers count from 1, a test with subtests carries their verdict,
// and nothing follows the last test. Lines of the kernel's log, which begin with '[', are skipped.
// Source: Linux 6.1 Documentation/dev-tools/ktap.rst.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace pagelab {

struct KtapTest {
    std::string name;
    bool passed = false;
    bool skipped = false;
    std::vector<std::string> diagnostics; // the "# ..." lines before its result
    std::vector<KtapTest> subtests;
};

// The tests of the outermost level, or what is wrong and in which line.
std::expected<std::vector<KtapTest>, std::string> parse_ktap(std::string_view text);

} // namespace pagelab
