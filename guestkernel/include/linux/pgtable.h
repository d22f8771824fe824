// See asm/pgtable.h.
#pragma once

#include <asm/pgtable.h>
