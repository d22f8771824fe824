// A producer and two consumers on a bounded buffer: semaphores, a spinlock, a wait queue.
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#define SLOTS 4
#define ITEMS 200
#define CONSUMERS 2

static int buffer[SLOTS];
static unsigned int head, tail;
static struct semaphore empty, full;
static DEFINE_SPINLOCK(lock);
static DECLARE_WAIT_QUEUE_HEAD(all_done);
static atomic_t consumed = ATOMIC_INIT(0);
static atomic_long_t sum = ATOMIC_LONG_INIT(0);
static struct task_struct *producer, *consumers[CONSUMERS];

static int produce(void *data)
{
	int i;

	for (i = 1; i <= ITEMS; i++) {
		down(&empty);
		spin_lock(&lock);
		buffer[head++ % SLOTS] = i;
		spin_unlock(&lock);
		up(&full);
	}
	while (!kthread_should_stop())
		msleep(10);
	return 0;
}

static int consume(void *data)
{
	while (!kthread_should_stop()) {
		int item;

		if (down_timeout(&full, msecs_to_jiffies(20)))
			continue;
		spin_lock(&lock);
		item = buffer[tail++ % SLOTS];
		spin_unlock(&lock);
		up(&empty);
		atomic_long_add(item, &sum);
		if (atomic_inc_return(&consumed) == ITEMS)
			wake_up_interruptible(&all_done);
	}
	return 0;
}

static int __init prodcons_init(void)
{
	int i;

	sema_init(&empty, SLOTS);
	sema_init(&full, 0);
	producer = kthread_run(produce, NULL, "producer");
	if (IS_ERR(producer))
		return PTR_ERR(producer);
	for (i = 0; i < CONSUMERS; i++)
		consumers[i] = kthread_run(consume, NULL, "consumer/%d", i);
	wait_event_interruptible(all_done, atomic_read(&consumed) == ITEMS);
	pr_info("consumed %d items, sum %ld\n", atomic_read(&consumed), atomic_long_read(&sum));
	return 0;
}

static void __exit prodcons_exit(void)
{
	int i;

	kthread_stop(producer);
	for (i = 0; i < CONSUMERS; i++)
		if (!IS_ERR(consumers[i]))
			kthread_stop(consumers[i]);
	pr_info("stopped\n");
}

module_init(prodcons_init);
module_exit(prodcons_exit);
MODULE_LICENSE("GPL");
