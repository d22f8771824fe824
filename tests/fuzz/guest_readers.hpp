// Every reader of emu/guest, as functions that look and forget.
#pragma once

#include <span>

#include "emu/guest/kernel_view.hpp"

// Damage that a reader reports is looked at, too: how much of it, and its text.
using GuestReader = void (*)(pagelab::guest::KernelView const& view);
std::span<GuestReader const> guest_readers();
