/* A periodic timer, and one in nanoseconds. */
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/timer.h>

static struct timer_list my_timer;
static struct hrtimer hr_timer;
static unsigned int ticks, hr_ticks;
static ktime_t started;
static int early;

static void my_timer_callback(struct timer_list *t)
{
	if (++ticks < 5)
		mod_timer(t, jiffies + msecs_to_jiffies(100));
	else
		pr_info("timer fired %u times\n", ticks);
}

static enum hrtimer_restart hr_callback(struct hrtimer *timer)
{
	hr_ticks++;
	if (ktime_ms_delta(ktime_get(), started) < 30 * hr_ticks)
		early++;
	hrtimer_forward_now(timer, ms_to_ktime(30));
	return HRTIMER_RESTART;
}

static int __init ticker_init(void)
{
	timer_setup(&my_timer, my_timer_callback, 0);
	mod_timer(&my_timer, jiffies + HZ / 10);
	hrtimer_init(&hr_timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	hr_timer.function = hr_callback;
	started = ktime_get();
	hrtimer_start(&hr_timer, ms_to_ktime(30), HRTIMER_MODE_REL);
	return 0;
}

static void __exit ticker_exit(void)
{
	del_timer_sync(&my_timer);
	pr_info("hrtimer active: %d\n", hrtimer_cancel(&hr_timer));
	pr_info("hrtimer fired often: %d, early: %d\n", hr_ticks > 15, early);
}

module_init(ticker_init);
module_exit(ticker_exit);
MODULE_LICENSE("GPL");
