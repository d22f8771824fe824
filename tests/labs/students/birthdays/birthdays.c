// A linked list of birthdays, printed and torn down.
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>

struct birthday {
	int day, month, year;
	struct list_head list;
};

static LIST_HEAD(birthday_list);

static int __init birthdays_init(void)
{
	struct birthday *person, *next;
	int i;

	for (i = 1; i <= 5; i++) {
		person = kmalloc(sizeof(*person), GFP_KERNEL);
		if (!person)
			goto fail;
		person->day = i;
		person->month = 2 * i;
		person->year = 1990 + i;
		INIT_LIST_HEAD(&person->list);
		list_add_tail(&person->list, &birthday_list);
	}
	list_for_each_entry(person, &birthday_list, list)
		printk(KERN_INFO "birthday: %02d.%02d.%d\n", person->day, person->month, person->year);
	list_for_each_entry_reverse(person, &birthday_list, list)
		if (person->day % 2 == 0)
			printk(KERN_INFO "even day: %d\n", person->day);
	return 0;
fail:
	list_for_each_entry_safe(person, next, &birthday_list, list) {
		list_del(&person->list);
		kfree(person);
	}
	return -ENOMEM;
}

static void __exit birthdays_exit(void)
{
	struct birthday *person, *next;
	int freed = 0;

	list_for_each_entry_safe(person, next, &birthday_list, list) {
		list_del(&person->list);
		kfree(person);
		freed++;
	}
	printk(KERN_INFO "freed %d, empty: %d\n", freed, list_empty(&birthday_list));
}

module_init(birthdays_init);
module_exit(birthdays_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("List of birthdays");
