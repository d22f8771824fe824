#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

/* Readers look at a configuration and a list that a writer keeps replacing. */
#define READERS 3
#define UPDATES 60
#define ALIVE 0x600d
#define DEAD 0xdead

struct config {
	int magic, a, b;
	struct rcu_head rcu;
};

struct item {
	int magic, key;
	struct list_head list;
	struct rcu_head rcu;
};

static struct config __rcu *config;
static LIST_HEAD(items);
static DEFINE_SPINLOCK(items_lock);
static struct task_struct *readers[READERS];
static atomic_t wrong = ATOMIC_INIT(0), freed = ATOMIC_INIT(0);
static atomic_long_t reads = ATOMIC_LONG_INIT(0);

static void config_free(struct rcu_head *head)
{
	struct config *old = container_of(head, struct config, rcu);

	old->magic = DEAD;
	atomic_inc(&freed);
	kfree(old);
}

static int reader(void *unused)
{
	while (!kthread_should_stop()) {
		struct config *c;
		struct item *item;
		int a;

		rcu_read_lock();
		c = rcu_dereference(config);
		a = c->a;
		udelay(20);
		if (c->magic != ALIVE || a + c->b != 100)
			atomic_inc(&wrong);
		list_for_each_entry_rcu(item, &items, list)
			if (item->magic != ALIVE)
				atomic_inc(&wrong);
		rcu_read_unlock();
		if (atomic_long_inc_return(&reads) % 50 == 0)
			msleep(4);
	}
	return 0;
}

static struct config *new_config(int a)
{
	struct config *c = kmalloc(sizeof(*c), GFP_KERNEL);

	if (c) {
		c->magic = ALIVE;
		c->a = a;
		c->b = 100 - a;
	}
	return c;
}

static void update_item(int i)
{
	struct item *item, *new = kzalloc(sizeof(*new), GFP_KERNEL), *old = NULL;

	if (!new)
		return;
	new->magic = ALIVE;
	new->key = i;
	spin_lock(&items_lock);
	list_for_each_entry(item, &items, list)
		if (item->key % 5 == i % 5)
			old = item;
	if (old)
		list_del_rcu(&old->list);
	list_add_rcu(&new->list, &items);
	spin_unlock(&items_lock);
	if (!old)
		return;
	if (i % 2) {
		synchronize_rcu();
		old->magic = DEAD;
		kfree(old);
	} else {
		kfree_rcu(old, rcu);
	}
}

static int __init rcuconf_init(void)
{
	int i;

	RCU_INIT_POINTER(config, new_config(1));
	if (!rcu_access_pointer(config))
		return -ENOMEM;
	for (i = 0; i < READERS; i++)
		readers[i] = kthread_run(reader, NULL, "rcu-reader/%d", i);
	for (i = 0; i < UPDATES; i++) {
		struct config *new = new_config(i), *old;

		if (!new)
			break;
		old = rcu_dereference_protected(config, 1);
		rcu_assign_pointer(config, new);
		call_rcu(&old->rcu, config_free);
		update_item(i);
		if (i % 10 == 0)
			msleep(4);
	}
	return 0;
}

static void __exit rcuconf_exit(void)
{
	struct item *item, *next;
	int i;

	for (i = 0; i < READERS; i++)
		kthread_stop(readers[i]);
	rcu_barrier();
	pr_info("freed %d, wrong %d, read: %d\n", atomic_read(&freed), atomic_read(&wrong),
		atomic_long_read(&reads) > 10);
	list_for_each_entry_safe(item, next, &items, list)
		kfree(item);
	kfree(rcu_access_pointer(config));
}

module_init(rcuconf_init);
module_exit(rcuconf_exit);
MODULE_LICENSE("GPL");
