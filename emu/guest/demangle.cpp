// By the C++ ABI's own function.
#include "emu/guest/demangle.hpp"

#include <cstdlib>

#include <cxxabi.h>

namespace pagelab::guest {

std::string demangle(std::string const& symbol)
{
    int status = 0;
    char* const text = abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status);
    std::string name = text != nullptr ? text : "";
    std::free(text);
    return name;
}

} // namespace pagelab::guest
