// Commands in a thread of their own, as a shell's are processes: what kills the thread, an oops in
// a module's init, does not kill the console.
#pragma once

namespace pagelab::kernel {

// Runs function(data) in a new thread of this name, waits for its end, and returns its result; what
// it did not live to return is -EINTR, after the line "Killed". -ENOMEM: there is no thread.
int run_in_thread(char const* name, int (*function)(void* data), void* data);

} // namespace pagelab::kernel
