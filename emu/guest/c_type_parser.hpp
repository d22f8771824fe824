// CTypeParser: the tokens of an expression one after the other, and the type names among them.
//
// Internal to the parser of expressions. How deep both nest is bounded, since expressions may come
// from a file.
#pragma once

#include <algorithm>
#include <vector>

#include "emu/guest/c_expression.hpp"
#include "emu/guest/c_token.hpp"

namespace pagelab::guest {

class CTypeParser {
  public:
    CTypeParser(std::vector<CToken> tokens, CTypeNames const& names)
        : tokens_(std::move(tokens)), names_(names)
    {
    }

    // Words, then * and [n].
    Result<CTypePtr> type();
    Result<> at_end() const;

  protected:
    CToken const& next() const { return tokens_[at_]; }
    void skip() { ++at_; }
    bool is_sign(std::string_view sign) const;
    bool take(std::string_view sign);
    Result<> want(std::string_view sign);
    std::string where() const;

    template<class Words>
    bool is_word_of(Words const& words) const
    {
        return std::ranges::find(words, next().text) != words.end();
    }

    // Whether the name after the next token is a type. One that a variable has too is a type before
    // *) and **, and alone in sizeof( ).
    enum class Among : uint8_t { Operands, Types };
    bool is_type(Among others) const;

    // Every node nests at most once per token, so that counting them bounds the tree's depth.
    Result<> deeper();

  private:
    std::vector<CToken> tokens_;
    CTypeNames const& names_;
    size_t at_ = 0;
    unsigned depth_ = 0;
};

} // namespace pagelab::guest
