#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/notifier.h>

/* Two listeners in the order of their priorities; one of them may stop the chain. */
#define DOOR_OPEN 1
#define DOOR_ALARM 2

static BLOCKING_NOTIFIER_HEAD(door_chain);
static ATOMIC_NOTIFIER_HEAD(bell_chain);

static int log_event(struct notifier_block *nb, unsigned long action, void *data)
{
	pr_info("log: action %lu, door %s\n", action, (char *)data);
	return NOTIFY_OK;
}

static int guard(struct notifier_block *nb, unsigned long action, void *data)
{
	if (action != DOOR_ALARM)
		return NOTIFY_DONE;
	pr_info("guard: alarm at %s\n", (char *)data);
	return NOTIFY_STOP;
}

static struct notifier_block log_nb = { .notifier_call = log_event };
static struct notifier_block guard_nb = { .notifier_call = guard, .priority = 10 };
static struct notifier_block bell_nb = { .notifier_call = log_event };

static int __init notify_init(void)
{
	blocking_notifier_chain_register(&door_chain, &log_nb);
	blocking_notifier_chain_register(&door_chain, &guard_nb);
	atomic_notifier_chain_register(&bell_chain, &bell_nb);
	blocking_notifier_call_chain(&door_chain, DOOR_OPEN, "north");
	pr_info("stopped: %d\n", blocking_notifier_call_chain(&door_chain, DOOR_ALARM, "south") == NOTIFY_STOP);
	atomic_notifier_call_chain(&bell_chain, 7, "bell");
	return 0;
}

static void __exit notify_exit(void)
{
	atomic_notifier_chain_unregister(&bell_chain, &bell_nb);
	blocking_notifier_chain_unregister(&door_chain, &guard_nb);
	blocking_notifier_chain_unregister(&door_chain, &log_nb);
	pr_info("unknown block: %d\n", blocking_notifier_chain_unregister(&door_chain, &log_nb));
}

module_init(notify_init);
module_exit(notify_exit);
MODULE_LICENSE("GPL");
