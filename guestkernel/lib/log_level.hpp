// How important a line of the log is; 0 is the worst. Source: Linux include/linux/kern_levels.h.
#pragma once

namespace pagelab::lib {

enum class log_level : unsigned char { emerg, alert, crit, err, warning, notice, info, debug };

} // namespace pagelab::lib
