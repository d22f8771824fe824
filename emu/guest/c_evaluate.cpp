// The tree's value, from the leaves up. Source of the conversions: C11, 6.3.1 and 6.5.
#include "emu/guest/c_evaluate.hpp"

#include <algorithm>

namespace pagelab::guest {

namespace {

using Kind = CNode::Kind;

class Evaluator {
  public:
    explicit Evaluator(CScope const& scope)
        : scope_(scope), values_(scope.values()), types_(values_.types())
    {
    }

    Result<CValue> value(CNode const& node) const
    {
        switch (node.kind) {
        case Kind::Number:
            return literal(node);
        case Kind::Letter:
            return values_.number(node.number, types_.integer(1, true));
        case Kind::Name:
            return seen_through(TRY(scope_.variable(node.text)));
        case Kind::Register:
            return scope_.register_value(node.text);
        case Kind::Unary:
            return unary(node);
        case Kind::Binary:
            return binary(node);
        case Kind::Choice: {
            bool const yes = TRY(truth(*node.children[0]));
            return value(*node.children[yes ? 1 : 2]);
        }
        case Kind::Index: {
            CValue const array = TRY(value(*node.children[0]));
            return values_.element(array, TRY(number(*node.children[1])));
        }
        case Kind::Member:
        case Kind::Arrow:
            return member(node);
        case Kind::Cast:
            return cast(TRY(value(*node.children[0])), node.type);
        case Kind::SizeOf: {
            CTypePtr const type =
                node.type != nullptr ? node.type : TRY(value(*node.children[0])).type;
            return values_.number(type->size, types_.integer(types_.pointer_size(), false));
        }
        }
        return fail("no such expression");
    }

  private:
    Result<uint64_t> number(CNode const& node) const
    {
        CValue const operand = TRY(value(node));
        if (!is_scalar(*operand.type))
            return fail("{} is no number", types_.spell(*operand.type));
        return values_.load(operand);
    }

    Result<bool> truth(CNode const& node) const
    {
        CValue const operand = TRY(value(node));
        return TRY(values_.load(operand)) != 0;
    }

    // A reference stands for what it refers to.
    Result<CValue> seen_through(CValue value) const
    {
        if (value.type->kind == CKind::Reference)
            return values_.dereferenced(value);
        return value;
    }

    CValue truth_value(bool value) const
    {
        return values_.number(value ? 1 : 0, types_.integer(4, true));
    }

    // The first of int, unsigned, long, unsigned long that holds it; decimals skip the unsigned.
    CValue literal(CNode const& node) const
    {
        bool const is_decimal = !node.text.starts_with('0');
        bool is_unsigned = node.is_unsigned;
        unsigned bytes = 8;
        if (node.number <= 0x7fff'ffff || (node.number <= 0xffff'ffff && is_unsigned))
            bytes = 4;
        else if (node.number <= 0xffff'ffff && !is_decimal) {
            bytes = 4;
            is_unsigned = true;
        } else if (node.number > 0x7fff'ffff'ffff'ffff)
            is_unsigned = true;
        return values_.number(node.number, types_.integer(bytes, !is_unsigned));
    }

    Result<CValue> unary(CNode const& node) const
    {
        CNode const& child = *node.children[0];
        CValue const operand = TRY(value(child));
        switch (node.text[0]) {
        case '*':
            return values_.dereferenced(operand);
        case '&':
            if (!operand.address || operand.bit_size != 0)
                return fail("& of what has no address");
            return CValue{.type = types_.pointer_to(operand.type),
                          .address = {},
                          .bits = operand.address->value};
        case '!':
            return truth_value(TRY(values_.load(operand)) == 0);
        default:
            break;
        }
        if (!is_integer(*operand.type))
            return fail("{} of {}, which is no integer", node.text, types_.spell(*operand.type));
        uint64_t const bits = TRY(values_.load(operand));
        uint64_t const result = node.text == "-" ? 0 - bits : node.text == "~" ? ~bits : bits;
        return values_.number(result, promoted(*operand.type, *operand.type));
    }

    Result<CValue> member(CNode const& node) const
    {
        CValue record = TRY(value(*node.children[0]));
        // p.x is p->x, as in gdb: there is nothing else that it could mean.
        if (node.kind == Kind::Arrow || record.type->kind == CKind::Pointer)
            record = TRY(values_.dereferenced(record));
        CMember const found = TRY(types_.member(*record.type, node.text));
        return seen_through(TRY(values_.member(record, found)));
    }

    Result<CValue> cast(CValue const& operand, CTypePtr const& type) const
    {
        if (is_scalar(*type) && (is_scalar(*operand.type) || operand.address))
            return values_.number(TRY(values_.load(operand)), type);
        if (operand.address) // the same bytes, seen as another type
            return CValue{.type = type, .address = operand.address};
        return fail("{} cannot be cast to {}", types_.spell(*operand.type), types_.spell(*type));
    }

    // What both become before they are combined.
    CTypePtr promoted(CType const& a, CType const& b) const
    {
        auto const rank = [](CType const& type) { return std::max<uint64_t>(type.size, 4); };
        auto const is_signed = [](CType const& type) {
            return type.size < 4 || type.is_signed || type.kind == CKind::Bool;
        };
        uint64_t const bytes = std::max(rank(a), rank(b));
        bool const result_signed =
            (rank(a) < bytes || is_signed(a)) && (rank(b) < bytes || is_signed(b));
        return types_.integer(static_cast<unsigned>(std::min<uint64_t>(bytes, 8)), result_signed);
    }

    Result<CValue> binary(CNode const& node) const
    {
        std::string const& sign = node.text;
        if (sign == "&&" || sign == "||") {
            bool const left = TRY(truth(*node.children[0]));
            if (left == (sign == "||"))
                return truth_value(left);
            return truth_value(TRY(truth(*node.children[1])));
        }
        CValue const left = TRY(value(*node.children[0]));
        CValue const right = TRY(value(*node.children[1]));
        if (sign == "@")
            return slice(left, right);
        if (is_address(*left.type) || is_address(*right.type))
            return combine_pointers(sign, left, right);
        if (!is_integer(*left.type) || !is_integer(*right.type))
            return fail("{} {} {}", types_.spell(*left.type), sign, types_.spell(*right.type));
        return combine(sign, TRY(values_.load(left)), TRY(values_.load(right)),
                       sign == "<<" || sign == ">>" ? promoted(*left.type, *left.type)
                                                    : promoted(*left.type, *right.type));
    }

    static bool is_address(CType const& type)
    {
        return type.kind == CKind::Pointer || type.kind == CKind::Array ||
               type.kind == CKind::Function;
    }

    Result<CValue> slice(CValue const& first, CValue const& count) const
    {
        constexpr uint64_t kMost = uint64_t{1} << 30;
        uint64_t const wanted = TRY(values_.load(count));
        if (!first.address || first.bit_size != 0)
            return fail("@ after what has no address");
        if (wanted == 0 || wanted > kMost)
            return fail("@{}: 1 to {} elements can be shown", wanted, kMost);
        return CValue{.type = types_.array_of(first.type, wanted), .address = first.address};
    }

    Result<CValue> combine(std::string_view sign, uint64_t a, uint64_t b, CTypePtr type) const
    {
        bool const is_signed = type->is_signed;
        if (sign != "<<" && sign != ">>")
            b = fitted(b, type->size, is_signed);
        a = fitted(a, type->size, is_signed);
        auto const sa = static_cast<int64_t>(a), sb = static_cast<int64_t>(b);
        if (sign == "/" || sign == "%") {
            if (b == 0)
                return fail("division by zero");
            bool const negate = is_signed && sb == -1; // INT64_MIN / -1 is none of C's business
            uint64_t const quotient = negate      ? 0 - a
                                      : is_signed ? static_cast<uint64_t>(sa / sb)
                                                  : a / b;
            return values_.number(sign == "/" ? quotient : a - quotient * b, std::move(type));
        }
        if (sign == "<<")
            return values_.number(b < 64 ? a << b : 0, std::move(type));
        if (sign == ">>") {
            uint64_t const by = std::min<uint64_t>(b, 63);
            uint64_t const zero = b < 64 ? a >> by : 0;
            return values_.number(is_signed ? static_cast<uint64_t>(sa >> by) : zero,
                                  std::move(type));
        }
        if (auto const truth = compare(sign, a, b, is_signed))
            return truth_value(*truth);
        uint64_t const result = sign == "+"   ? a + b
                                : sign == "-" ? a - b
                                : sign == "*" ? a * b
                                : sign == "&" ? (a & b)
                                : sign == "|" ? (a | b)
                                              : (a ^ b);
        return values_.number(result, std::move(type));
    }

    static std::optional<bool> compare(std::string_view sign, uint64_t a, uint64_t b,
                                       bool is_signed)
    {
        bool const less = is_signed ? static_cast<int64_t>(a) < static_cast<int64_t>(b) : a < b;
        if (sign == "==")
            return a == b;
        if (sign == "!=")
            return a != b;
        if (sign == "<")
            return less;
        if (sign == ">=")
            return !less;
        if (sign == ">")
            return !less && a != b;
        if (sign == "<=")
            return less || a == b;
        return {};
    }

    // Moves by whole elements, and counts them.
    Result<CValue> combine_pointers(std::string_view sign, CValue const& left,
                                    CValue const& right) const
    {
        uint64_t const a = TRY(values_.load(left)), b = TRY(values_.load(right));
        bool const left_points = is_address(*left.type);
        if (auto const truth = compare(sign, a, b, false))
            return truth_value(*truth);
        CType const& pointing = left_points ? *left.type : *right.type;
        CTypePtr const element = pointing.kind == CKind::Function ? types_.integer(1, false)
                                                                  : TRY(types_.target(pointing));
        uint64_t const size = std::clamp<uint64_t>(element->size, 1, INT64_MAX);
        bool const both = left_points && is_address(*right.type);
        unsigned const width = types_.pointer_size();
        if (sign == "-" && both) {
            auto const bytes = static_cast<int64_t>(fitted(a - b, width, true));
            return values_.number(static_cast<uint64_t>(bytes / static_cast<int64_t>(size)),
                                  types_.integer(width, true));
        }
        if (both || (sign != "+" && !(sign == "-" && left_points)))
            return fail("{} {} {}", types_.spell(*left.type), sign, types_.spell(*right.type));
        uint64_t const moved = sign == "-"   ? a - b * size
                               : left_points ? a + b * size
                                             : b + a * size;
        return values_.number(moved, types_.pointer_to(element));
    }

    CScope const& scope_;
    CValues const& values_;
    CTypes const& types_;
};

} // namespace

Result<CValue> evaluate(CScope const& scope, std::string_view expression)
{
    return Evaluator(scope).value(*TRY(parse_expression(expression, scope)));
}

} // namespace pagelab::guest
