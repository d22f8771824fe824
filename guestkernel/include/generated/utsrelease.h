// The kernel's release. The kernel says the same (guestkernel/kernel/exports/check_headers.cpp).
#pragma once

#define UTS_RELEASE "0.1"
