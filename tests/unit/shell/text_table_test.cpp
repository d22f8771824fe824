// Columns as wide as their widest cell.
#include <doctest/doctest.h>

#include "emu/shell/text_table.hpp"

using namespace pagelab::shell;

TEST_CASE("columns line up and end without blanks")
{
    TextTable table({{"NAME"}, {"SIZE", Align::Right}, {"NOTE"}});
    table.row({"kmalloc-8", "8", "x"});
    table.row({"dentry", "192"});
    CHECK(table.text() == "NAME       SIZE  NOTE\n"
                          "kmalloc-8     8  x\n"
                          "dentry      192\n");
}
