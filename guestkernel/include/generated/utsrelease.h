// The kernel's release: for modules and for the kernel itself.
#pragma once

#define UTS_RELEASE "0.1"
