// Self-tests of threads, run in the guest by selftest=threads: see guestkernel/selftest/.
#pragma once

#include "guestkernel/selftest/harness.hpp"

namespace pagelab::kernel {

extern selftest::suite const kThreadSuite;

// selftest_waiting.cpp
void test_wait_queue(selftest::context& t);
void test_completion(selftest::context& t);
void test_mutex(selftest::context& t);
void test_semaphore(selftest::context& t);
void test_rwsem(selftest::context& t);
void test_kmap(selftest::context& t);

// selftest_work.cpp
void test_timers(selftest::context& t);
void test_work(selftest::context& t);
void test_delayed_work(selftest::context& t);
void test_workqueue(selftest::context& t);

} // namespace pagelab::kernel
