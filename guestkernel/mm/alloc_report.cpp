// What the log says when an allocation fails, or when memory is out.
//
// Source: Linux 6.1 mm/page_alloc.c (warn_alloc), mm/oom_kill.c (dump_header, dump_tasks,
// out_of_memory), lib/ratelimit.c. Linux panics when memory is out and there is no process to kill;
// here the allocation fails.
#include "guestkernel/mm/alloc_report.hpp"

#include <stdarg.h>

#include "guestkernel/lib/format.hpp"
#include "guestkernel/mm/alloc_context.hpp"
#include "guestkernel/mm/flag_names.hpp"
#include "guestkernel/mm/show_mem.hpp"

namespace pagelab::mm {

namespace {

constexpr size_t kFailureTextSize = 128;
constexpr uint64_t kInterval = 10'000'000'000; // nanoseconds

// Whether it may be reported now; says how many were not.
bool ratelimit(pglist_data const& pgdat, ratelimit_state& rs, char const* caller)
{
    uint64_t const now = pgdat.env->clock() + 1; // never 0
    if (rs.begin != 0 && now - rs.begin < kInterval) {
        rs.missed++;
        return false;
    }
    if (rs.missed != 0)
        printk(*pgdat.env, log_level::warning, "%s: %u callbacks suppressed\n", caller, rs.missed);
    rs = {now, 0};
    return true;
}

void dump_stack(environment const& env)
{
    if (env.dump_stack != nullptr)
        env.dump_stack();
}

} // namespace

void warn_alloc(pglist_data& pgdat, gfp_t gfp, char const* what, ...)
{
    if ((gfp & __GFP_NOWARN) != 0 || !ratelimit(pgdat, pgdat.nopage_rs, "warn_alloc"))
        return;
    environment const& env = *pgdat.env;
    char text[kFailureTextSize];
    char words[kFlagTextSize];
    va_list arguments;
    va_start(arguments, what);
    lib::vsnprintf(text, sizeof(text), what, arguments);
    va_end(arguments);
    printk(env, log_level::warning,
           "%s: %s, mode:%#x(%s), nodemask=(null),cpuset=/,mems_allowed=0\n", env.task_name(), text,
           gfp, format_gfp_flags(words, sizeof(words), gfp));
    dump_stack(env);
    show_mem(pgdat);
}

void out_of_memory(pglist_data& pgdat, alloc_context const& ac)
{
    if (!ratelimit(pgdat, pgdat.oom_rs, "out_of_memory"))
        return;
    environment const& env = *pgdat.env;
    char words[kFlagTextSize];
    printk(env, log_level::warning,
           "%s invoked oom-killer: gfp_mask=%#x(%s), order=%d, oom_score_adj=%d\n", env.task_name(),
           ac.gfp, format_gfp_flags(words, sizeof(words), ac.gfp), static_cast<int>(ac.order), 0);
    dump_stack(env);
    show_mem(pgdat);
    printk(env, log_level::info, "Tasks state (memory values in pages):\n");
    printk(env, log_level::info,
           "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name\n");
    printk(env, log_level::warning, "Out of memory and no killable processes...\n");
}

} // namespace pagelab::mm
