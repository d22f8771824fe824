// Columns of text: as wide as their widest cell, two blanks apart, no blanks at a line's end.
#pragma once

#include <string>
#include <vector>

namespace pagelab::shell {

enum class Align : uint8_t { Left, Right };

struct Column {
    std::string title; // a table whose titles are all empty has no title line
    Align align = Align::Left;
};

class TextTable {
  public:
    explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}

    // As many cells as columns; missing ones are empty.
    void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    std::string text() const;

  private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

} // namespace pagelab::shell
