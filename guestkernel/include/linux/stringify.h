// A macro's value as a string. Source: Linux 6.1 include/linux/stringify.h.
#pragma once

#define __stringify_1(x...) #x
#define __stringify(x...) __stringify_1(x)
