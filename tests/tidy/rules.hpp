// The style rules: each looks at the whole tree and returns what breaks it.
#pragma once

#include <string>
#include <vector>

#include "tests/tidy/source_tree.hpp"

namespace pagelab::tidy {

struct Finding {
    std::string path;
    size_t line; // from 1; 0 = the whole file or folder
    std::string message;
};

using Findings = std::vector<Finding>;

// Shape: shape_rules.cpp
Findings long_files(SourceTree const&);     // 300 lines; 500 under tests/
Findings long_lines(SourceTree const&);     // 100 columns
Findings long_functions(SourceTree const&); // 70 lines from the opening brace to the closing one

// Includes: include_rules.cpp
Findings wrong_direction(SourceTree const&);   // a folder includes only what lies below it
Findings unrooted_includes(SourceTree const&); // "..." names a file from the repository root
Findings own_header_not_first(SourceTree const&);
Findings strayed_libraries(SourceTree const&); // unicorn.h and capstone have one place each

// Words: word_rules.cpp
Findings ownerless_notes(SourceTree const&);   // notes to self without "(owner)"
Findings bit_fields_in_abi(SourceTree const&); // Field<high, low> instead
Findings missing_idea(SourceTree const&);      // the first line of code files is a comment
Findings missing_pragma_once(SourceTree const&);
Findings machine_paths(SourceTree const&); // absolute paths of a developer's machine

// Folders: folder_rules.cpp
Findings folders_without_readme(SourceTree const&); // and READMEs over 60 lines
Findings unbuilt_sources(SourceTree const&);        // every .cpp and .S is in a CMake list

} // namespace pagelab::tidy
