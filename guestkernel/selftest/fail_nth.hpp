// Lack of memory where a test wants it: of the pages that caches and vmalloc ask for, one request
// fails, and only that one.
//
//   for (unsigned long n = 0; n < 100; n++) {
//       fail_nth const failing(t.on, n);      the n-th request from now on, counted from 0
//       ...
//       if (!failing.has_happened()) break;   there are no more requests
//   }
//
// One object at a time; the sources are as before when it is gone.
#pragma once

#include "guestkernel/selftest/harness.hpp"

namespace pagelab::selftest {

class fail_nth {
  public:
    fail_nth(subject& on, unsigned long n);
    ~fail_nth();
    fail_nth(fail_nth const&) = delete;
    fail_nth& operator=(fail_nth const&) = delete;

    bool has_happened() const;

  private:
    subject& on_;
};

} // namespace pagelab::selftest
