// The %p families that print what is pointed to. Private to pointer_format.cpp.
//
// Each gets the letters behind the p, its own first, and returns how many of them it took.
#pragma once

#include "guestkernel/lib/format_field.hpp"

namespace pagelab::lib {

size_t put_hex(text_output const& out, field const& f, char const* letters, void const* bytes);
size_t put_bitmap(text_output const& out, field const& f, char const* letters, void const* bitmap);
size_t put_mac(text_output const& out, field const& f, char const* letters, void const* mac);
size_t put_ip4(text_output const& out, field const& f, char const* letters, void const* ip);
size_t put_uuid(text_output const& out, field const& f, char const* letters, void const* uuid);

} // namespace pagelab::lib
