// linux/seq_file.h.
#include "guestkernel/kernel/exports/seq_file.hpp"

#include <stdarg.h>

#include "guestkernel/abi/address.hpp"
#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/extable.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/minmax.hpp"
#include "guestkernel/lib/string.hpp"

using namespace pagelab;
using kernel::file;
using kernel::inode;
using kernel::seq_file;
using kernel::seq_operations;

extern "C" size_t _copy_to_user(void* to, void const* from, size_t size);

namespace {

constexpr int kSeqSkip = 1; // show()'s result: not this record
constexpr uintptr_t kMaxErrno = 4095;

bool is_error(void const* pointer)
{
    return reinterpret_cast<uintptr_t>(pointer) >= 0 - kMaxErrno;
}

bool has_overflowed(seq_file const& m)
{
    return m.count == m.size;
}

bool grow(seq_file& m, size_t size)
{
    kernel::kvfree(m.buf);
    m.buf = static_cast<char*>(kernel::kvmalloc(size, mm::GFP_KERNEL));
    m.size = m.buf != nullptr ? size : 0;
    m.count = 0;
    m.from = 0;
    return m.buf != nullptr;
}

// One record behind what is there; negative: an error, and none was added. A record that does not
// fit leaves the buffer full.
int show_record(seq_file& m, void* v)
{
    size_t const before = m.count;
    int const result = m.op->show(&m, v);
    if (result < 0 || result == kSeqSkip)
        m.count = before;
    return result < 0 ? result : 0;
}

// At least one record, and as many as `wanted` bytes take; count 0 afterwards: the end.
int fill(seq_file& m, size_t wanted)
{
    int error = 0;
    m.from = 0;
    void* v = m.op->start(&m, &m.index);
    while (v != nullptr && !is_error(v)) {
        size_t const before = m.count;
        error = show_record(m, v);
        if (error != 0)
            break;
        if (has_overflowed(m)) {
            m.count = before;
            if (before > 0)
                break;
            m.op->stop(&m, v);
            if (!grow(m, m.size * 2))
                return -ENOMEM;
            v = m.op->start(&m, &m.index);
            continue;
        }
        v = m.op->next(&m, v, &m.index);
        if (m.count >= wanted)
            break;
    }
    m.op->stop(&m, v);
    if (is_error(v))
        return static_cast<int>(reinterpret_cast<intptr_t>(v));
    return m.count > 0 ? 0 : error;
}

intptr_t hand_out(seq_file& m, char* buffer, size_t size)
{
    size_t const taken = lib::min(m.count, size);
    if (_copy_to_user(buffer, m.buf + m.from, taken) != 0)
        return -EFAULT;
    m.from += taken;
    m.count -= taken;
    return static_cast<intptr_t>(taken);
}

// Of a file with one record.
void* single_start(seq_file*, int64_t* position)
{
    return *position == 0 ? position : nullptr;
}

void* single_next(seq_file*, void*, int64_t* position)
{
    ++*position;
    return nullptr;
}

void single_stop(seq_file*, void*) {}

seq_file& of(file const* f)
{
    return *static_cast<seq_file*>(f->private_data);
}

} // namespace

extern "C" {

int seq_open(file* f, seq_operations const* op)
{
    auto* const m = static_cast<seq_file*>(kernel::kzalloc(sizeof(seq_file), mm::GFP_KERNEL));
    if (m == nullptr)
        return -ENOMEM;
    kernel::mutex_init(m->lock);
    m->op = op;
    m->file = f;
    f->private_data = m;
    return 0;
}
EXPORT_SYMBOL(seq_open);

intptr_t seq_read(file* f, char* buffer, size_t size, int64_t* position)
{
    seq_file& m = of(f);
    kernel::mutex_lock(m.lock);
    intptr_t result = m.buf != nullptr || grow(m, kPageSize) ? 0 : -ENOMEM;
    if (result == 0 && *position == 0 && m.from == 0)
        m.index = 0;
    if (result == 0 && m.count == 0)
        result = fill(m, size);
    if (result == 0)
        result = hand_out(m, buffer, size);
    if (result > 0)
        *position += result;
    kernel::mutex_unlock(m.lock);
    return result;
}
EXPORT_SYMBOL(seq_read);

int64_t seq_lseek(file* f, int64_t offset, int)
{
    seq_file& m = of(f);
    if (offset != 0)
        return -EINVAL;
    m.index = 0;
    m.count = 0;
    m.from = 0;
    f->f_pos = 0;
    return 0;
}
EXPORT_SYMBOL(seq_lseek);

int seq_release(inode*, file* f)
{
    kernel::kvfree(of(f).buf);
    kernel::kfree(f->private_data);
    return 0;
}
EXPORT_SYMBOL(seq_release);

void* __seq_open_private(file* f, seq_operations const* op, int size)
{
    void* const kept = kernel::kzalloc(static_cast<size_t>(size), mm::GFP_KERNEL);
    if (kept == nullptr || seq_open(f, op) != 0) {
        kernel::kfree(kept);
        return nullptr;
    }
    of(f).private_ = kept;
    return kept;
}
EXPORT_SYMBOL(__seq_open_private);

int seq_release_private(inode* i, file* f)
{
    kernel::kfree(of(f).private_);
    return seq_release(i, f);
}
EXPORT_SYMBOL(seq_release_private);

int single_open(file* f, int (*show)(seq_file* m, void* v), void* data)
{
    auto* const op =
        static_cast<seq_operations*>(kernel::kmalloc(sizeof(seq_operations), mm::GFP_KERNEL));
    if (op == nullptr)
        return -ENOMEM;
    *op = {single_start, single_stop, single_next, show};
    int const error = seq_open(f, op);
    if (error != 0)
        kernel::kfree(op);
    else
        of(f).private_ = data;
    return error;
}
EXPORT_SYMBOL(single_open);

int single_release(inode* i, file* f)
{
    seq_operations const* const op = of(f).op;
    int const result = seq_release(i, f);
    kernel::kfree(op);
    return result;
}
EXPORT_SYMBOL(single_release);

int seq_write(seq_file* m, void const* bytes, size_t length)
{
    if (m->count + length >= m->size) {
        m->count = m->size;
        return -1;
    }
    memcpy(m->buf + m->count, bytes, length);
    m->count += length;
    return 0;
}
EXPORT_SYMBOL(seq_write);

void seq_puts(seq_file* m, char const* text)
{
    seq_write(m, text, strlen(text));
}
EXPORT_SYMBOL(seq_puts);

void seq_putc(seq_file* m, char c)
{
    seq_write(m, &c, 1);
}
EXPORT_SYMBOL(seq_putc);

void seq_vprintf(seq_file* m, char const* format, va_list arguments)
{
    size_t const room = m->size - m->count;
    int const length = lib::vsnprintf(m->buf + m->count, room, format, arguments);
    m->count =
        static_cast<size_t>(length) < room ? m->count + static_cast<size_t>(length) : m->size;
}
EXPORT_SYMBOL(seq_vprintf);

void seq_printf(seq_file* m, char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    seq_vprintf(m, format, arguments);
    va_end(arguments);
}
EXPORT_SYMBOL(seq_printf);

lib::list_head* seq_list_start(lib::list_head* head, int64_t position)
{
    for (lib::list_head* link = head->next; link != head; link = link->next) {
        if (position-- == 0)
            return link;
    }
    return nullptr;
}
EXPORT_SYMBOL(seq_list_start);

lib::list_head* seq_list_start_head(lib::list_head* head, int64_t position)
{
    return position == 0 ? head : seq_list_start(head, position - 1);
}
EXPORT_SYMBOL(seq_list_start_head);

lib::list_head* seq_list_next(void* v, lib::list_head* head, int64_t* position)
{
    ++*position;
    lib::list_head* const next = static_cast<lib::list_head*>(v)->next;
    return next == head ? nullptr : next;
}
EXPORT_SYMBOL(seq_list_next);

} // extern "C"
