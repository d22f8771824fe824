// Text in KTAP's form.
#include "guestkernel/selftest/ktap.hpp"

#include "guestkernel/lib/string.hpp"

namespace pagelab::selftest {

namespace {

bool is_chosen(suite const* s, char const* name)
{
    return s != nullptr && (strcmp(name, "all") == 0 || strcmp(name, s->name) == 0);
}

char const* base_name(char const* path)
{
    char const* base = path;
    for (char const* at = path; *at != '\0'; at++) {
        if (*at == '/')
            base = at + 1;
    }
    return base;
}

// The number of tests that failed.
unsigned run_suite(suite const& s, subject& on, run_options const& options, lib::seq_file& m)
{
    unsigned failed = 0;
    lib::seq_printf(m, "  KTAP version 1\n  # Subtest: %s\n  1..%u\n", s.name, s.nr_tests);
    for (unsigned i = 0; i < s.nr_tests; i++) {
        test const& chosen = s.tests[i];
        context const t = run_test(chosen, on, options);
        bool const passed = t.failed.what == nullptr;
        if (!passed)
            lib::seq_printf(m, "  # %s: %s:%u, step %llu: %s\n", chosen.name,
                            base_name(t.failed.file), t.failed.line,
                            static_cast<unsigned long long>(t.failed.step), t.failed.what);
        lib::seq_printf(m, "  %sok %u %s", passed ? "" : "not ", i + 1, chosen.name);
        if (passed && t.skipped != nullptr)
            lib::seq_printf(m, " # SKIP %s", t.skipped);
        lib::seq_putc(m, '\n');
        lib::seq_flush(m);
        failed += passed ? 0u : 1u;
    }
    return failed;
}

// By number; the last is the kernel's own, which may be null.
suite const* suite_at(unsigned i, run_options const& options)
{
    return i < nr_suites ? kSuites[i] : options.own;
}

} // namespace

totals run_suites(char const* name, subject& on, run_options const& options, lib::seq_file& m)
{
    totals all;
    for (unsigned i = 0; i <= nr_suites; i++)
        all.suites += is_chosen(suite_at(i, options), name) ? 1u : 0u;
    if (all.suites == 0)
        return all;
    lib::seq_printf(m, "KTAP version 1\n1..%u\n", all.suites);
    unsigned number = 0;
    for (unsigned i = 0; i <= nr_suites; i++) {
        if (!is_chosen(suite_at(i, options), name))
            continue;
        suite const& s = *suite_at(i, options);
        unsigned const failed = run_suite(s, on, options, m);
        lib::seq_printf(m, "%sok %u %s\n", failed == 0 ? "" : "not ", ++number, s.name);
        lib::seq_flush(m);
        all.failed += failed;
    }
    return all;
}

} // namespace pagelab::selftest
