// demangle: a C++ symbol as it was written.
#pragma once

#include <string>

namespace pagelab::guest {

// "_ZN7pagelab2mm9slub_freeEPv": "pagelab::mm::slub_free(void*)". Empty for what is no C++ symbol.
std::string demangle(std::string const& symbol);

} // namespace pagelab::guest
