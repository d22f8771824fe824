// See asm/page.h.
#pragma once

#include <asm/page.h>
