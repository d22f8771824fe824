// fmt's functions, compiled into the program: Debian has them as a shared object only, and that
// needs the one of libstdc++, whose relocation is what takes time at a start.
//
// What fmt's headers declare as compiled elsewhere (fmt 9, `extern template` in format.h).
#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE
namespace detail {

template dragonbox::decimal_fp<float> dragonbox::to_decimal(float) noexcept;
template dragonbox::decimal_fp<double> dragonbox::to_decimal(double) noexcept;
template thousands_sep_result<char> thousands_sep_impl(locale_ref);
template char decimal_point_impl(locale_ref);
template void buffer<char>::append(char const*, char const*);
template void vformat_to(buffer<char>&, string_view, basic_format_args<format_context>, locale_ref);

} // namespace detail
FMT_END_NAMESPACE
