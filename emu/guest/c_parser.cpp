// Recursive descent; how deep is bounded, since expressions may come from a file.
#include <algorithm>
#include <array>
#include <utility>

#include "emu/guest/c_expression.hpp"
#include "emu/guest/c_type_parser.hpp"

namespace pagelab::guest {

namespace {

using NodePtr = std::unique_ptr<CNode>;
using Kind = CNode::Kind;

// From the loosest to the tightest.
constexpr std::array<std::array<std::string_view, 4>, 11> kBinary = {{
    {"||"},
    {"&&"},
    {"|"},
    {"^"},
    {"&"},
    {"==", "!="},
    {"<", ">", "<=", ">="},
    {"<<", ">>"},
    {"@"},
    {"+", "-"},
    {"*", "/", "%"},
}};

NodePtr node(Kind kind, std::string text = {})
{
    auto made = std::make_unique<CNode>();
    made->kind = kind;
    made->text = std::move(text);
    return made;
}

template<class... Children>
NodePtr node_of(Kind kind, std::string text, Children... children)
{
    NodePtr made = node(kind, std::move(text));
    (made->children.push_back(std::move(children)), ...);
    return made;
}

class Parser final : CTypeParser {
  public:
    Parser(std::vector<CToken> tokens, CTypeNames const& names)
        : CTypeParser(std::move(tokens), names)
    {
    }

    Result<NodePtr> whole()
    {
        NodePtr result = TRY(choice());
        TRY(at_end());
        return result;
    }

  private:
    Result<NodePtr> choice()
    {
        NodePtr condition = TRY(binary(0));
        if (!take("?"))
            return condition;
        NodePtr yes = TRY(choice());
        TRY(want(":"));
        NodePtr no = TRY(choice());
        return node_of(Kind::Choice, "", std::move(condition), std::move(yes), std::move(no));
    }

    Result<NodePtr> binary(size_t level)
    {
        if (level == kBinary.size())
            return unary();
        NodePtr left = TRY(binary(level + 1));
        while (next().kind == CToken::Kind::Sign && is_word_of(kBinary[level])) {
            std::string sign = next().text;
            skip();
            NodePtr right = TRY(binary(level + 1));
            TRY(deeper());
            left = node_of(Kind::Binary, std::move(sign), std::move(left), std::move(right));
        }
        return left;
    }

    Result<NodePtr> unary()
    {
        constexpr std::array<std::string_view, 6> kUnary = {"-", "+", "~", "!", "*", "&"};
        TRY(deeper());
        if (next().kind == CToken::Kind::Sign && is_word_of(kUnary)) {
            std::string sign = next().text;
            skip();
            return node_of(Kind::Unary, std::move(sign), TRY(unary()));
        }
        if (next().kind == CToken::Kind::Name && next().text == "sizeof") {
            skip();
            return size_of();
        }
        if (is_sign("(") && is_type(Among::Operands)) {
            skip();
            CTypePtr wanted = TRY(type());
            TRY(want(")"));
            NodePtr cast = node_of(Kind::Cast, "", TRY(unary()));
            cast->type = std::move(wanted);
            return cast;
        }
        return postfix();
    }

    Result<NodePtr> size_of()
    {
        NodePtr result = node(Kind::SizeOf);
        if (is_sign("(") && is_type(Among::Types)) {
            skip();
            result->type = TRY(type());
            TRY(want(")"));
        } else {
            result->children.push_back(TRY(unary()));
        }
        return result;
    }

    Result<NodePtr> postfix()
    {
        NodePtr result = TRY(primary());
        while (true) {
            TRY(deeper());
            if (take("[")) {
                NodePtr index = TRY(choice());
                TRY(want("]"));
                result = node_of(Kind::Index, "", std::move(result), std::move(index));
            } else if (is_sign(".") || is_sign("->")) {
                Kind const kind = is_sign(".") ? Kind::Member : Kind::Arrow;
                skip();
                if (next().kind != CToken::Kind::Name)
                    return fail("a member's name is wanted {}", where());
                result = node_of(kind, next().text, std::move(result));
                skip();
            } else {
                return result;
            }
        }
    }

    Result<NodePtr> primary()
    {
        CToken const token = next();
        if (take("(")) {
            NodePtr inside = TRY(choice());
            TRY(want(")"));
            return inside;
        }
        Kind kind;
        switch (token.kind) {
        case CToken::Kind::Number:
            kind = Kind::Number;
            break;
        case CToken::Kind::Letter:
            kind = Kind::Letter;
            break;
        case CToken::Kind::Name:
            kind = Kind::Name;
            break;
        case CToken::Kind::Register:
            kind = Kind::Register;
            break;
        default:
            return fail("a value is wanted {}", where());
        }
        skip();
        NodePtr result = node(kind, token.text);
        result->number = token.number;
        result->is_unsigned = token.is_unsigned;
        return result;
    }
};

} // namespace

Result<NodePtr> parse_expression(std::string_view text, CTypeNames const& names)
{
    return Parser(TRY(c_tokens(text)), names).whole();
}

} // namespace pagelab::guest
