// Words that several CPUs change at the same time, without a lock.
//
// One instruction each, on integers of up to the width of a register. They order nothing but
// themselves, except atomic_sub_return: what was done before it is seen by whoever gets 0, or finds
// so by read_acquire that nobody else is left.
//
// Source: Linux 6.1 arch/x86/include/asm/atomic.h.
#pragma once

#include "guestkernel/lib/percpu.hpp"

namespace pagelab::lib {

template<class T>
T read_once(T const& word)
{
    return __atomic_load_n(&word, __ATOMIC_RELAXED);
}

template<class T>
T read_acquire(T const& word)
{
    return __atomic_load_n(&word, __ATOMIC_ACQUIRE);
}

template<class T>
void write_once(T& word, SameAs<T> value)
{
    __atomic_store_n(&word, value, __ATOMIC_RELAXED);
}

template<class T>
void atomic_add(T& word, SameAs<T> value)
{
    __atomic_fetch_add(&word, value, __ATOMIC_RELAXED);
}

template<class T>
void atomic_or(T& word, SameAs<T> bits)
{
    __atomic_fetch_or(&word, bits, __ATOMIC_RELAXED);
}

template<class T>
void atomic_and(T& word, SameAs<T> bits)
{
    __atomic_fetch_and(&word, bits, __ATOMIC_RELAXED);
}

// The value after the subtraction.
template<class T>
T atomic_sub_return(T& word, SameAs<T> value)
{
    return __atomic_sub_fetch(&word, value, __ATOMIC_ACQ_REL);
}

} // namespace pagelab::lib
