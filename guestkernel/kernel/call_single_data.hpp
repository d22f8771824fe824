// One function to call on another CPU, as it waits on that CPU's queue.
//
// Source: Linux 6.1 include/linux/smp_types.h, kernel/smp.c.
#pragma once

namespace pagelab::kernel {

enum csd_flag : unsigned {
    CSD_FLAG_LOCK = 0x01, // in use
    CSD_TYPE_SYNC = 0x10, // somebody waits for the function to return
};

struct call_single_data {
    call_single_data* next;
    unsigned flags;
    void (*function)(void* info);
    void* info;
};

// Runs what waits on this CPU's queue, the oldest first. Interrupts are off.
void flush_smp_call_function_queue();

} // namespace pagelab::kernel
