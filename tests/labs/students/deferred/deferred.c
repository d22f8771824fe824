#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

// Work, delayed work, a workqueue of one's own, tasklets in both styles.

struct job {
	struct work_struct work;
	int number;
};

static struct workqueue_struct *queue;
static struct delayed_work late;
static struct job *jobs[3];
static int tasklet_runs;

static void job_function(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	msleep(5);
	pr_info("job %d, may sleep: %d\n", job->number, !in_interrupt());
}

static void late_function(struct work_struct *work)
{
	pr_info("late work\n");
}

static void old_tasklet(unsigned long data)
{
	pr_info("old tasklet: %lu, in softirq: %d\n", data, in_softirq() != 0);
	tasklet_runs++;
}

static void new_tasklet(struct tasklet_struct *t)
{
	tasklet_runs++;
}

static struct tasklet_struct first;
static DECLARE_TASKLET(second, new_tasklet);

static int __init deferred_init(void)
{
	int i;

	queue = alloc_ordered_workqueue("jobs", 0);
	if (!queue)
		return -ENOMEM;
	for (i = 0; i < 3; i++) {
		jobs[i] = kzalloc(sizeof(struct job), GFP_KERNEL);
		if (!jobs[i])
			break;
		jobs[i]->number = i;
		INIT_WORK(&jobs[i]->work, job_function);
		queue_work(queue, &jobs[i]->work);
	}
	INIT_DELAYED_WORK(&late, late_function);
	schedule_delayed_work(&late, msecs_to_jiffies(50));
	tasklet_init(&first, old_tasklet, 42);
	tasklet_schedule(&first);
	tasklet_schedule(&second);
	tasklet_schedule(&second); // it is scheduled already
	return 0;
}

static void __exit deferred_exit(void)
{
	int i;

	tasklet_kill(&first);
	tasklet_kill(&second);
	cancel_delayed_work_sync(&late);
	flush_workqueue(queue);
	destroy_workqueue(queue);
	for (i = 0; i < 3; i++)
		kfree(jobs[i]);
	pr_info("tasklets ran %d times\n", tasklet_runs);
}

module_init(deferred_init);
module_exit(deferred_exit);
MODULE_LICENSE("GPL v2");
MODULE_AUTHOR("a student");
