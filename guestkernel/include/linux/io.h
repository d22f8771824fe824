// See asm/io.h.
#pragma once

#include <asm/io.h>
