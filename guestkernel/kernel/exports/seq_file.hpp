// A report that is read in pieces, as modules write it.
//
// Records are written to a buffer, one at a time, until a reader's is full; one that does not fit
// is written again later, or into a larger buffer. Source: Linux 6.1 include/linux/seq_file.h,
// fs/seq_file.c.
#pragma once

#include "guestkernel/kernel/procfs.hpp"
#include "guestkernel/kernel/sched/mutex.hpp"

namespace pagelab::kernel {

struct seq_operations {
    void* (*start)(seq_file* m, int64_t* position);
    void (*stop)(seq_file* m, void* v);
    void* (*next)(seq_file* m, void* v, int64_t* position);
    int (*show)(seq_file* m, void* v);
};

struct seq_file {
    char* buf;
    size_t size;
    size_t from;  // what has been read of the buffer
    size_t count; // bytes after `from` that have not; while writing: all of the buffer's
    int64_t index;
    mutex lock;
    seq_operations const* op;
    kernel::file const* file;
    void* private_;
};

} // namespace pagelab::kernel
