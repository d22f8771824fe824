#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/rbtree.h>
#include <linux/slab.h>
#include <linux/sort.h>

/* Numbers in a red-black tree come out sorted. */
struct number {
	struct rb_node node;
	u32 value;
};

static struct rb_root root = RB_ROOT;

static bool insert(struct number *new)
{
	struct rb_node **link = &root.rb_node, *parent = NULL;

	while (*link) {
		struct number *here = rb_entry(*link, struct number, node);

		parent = *link;
		if (new->value < here->value)
			link = &(*link)->rb_left;
		else if (new->value > here->value)
			link = &(*link)->rb_right;
		else
			return false;
	}
	rb_link_node(&new->node, parent, link);
	rb_insert_color(&new->node, &root);
	return true;
}

static int compare(const void *a, const void *b)
{
	u32 x = *(const u32 *)a, y = *(const u32 *)b;

	return x < y ? -1 : x > y;
}

static int __init wordtree_init(void)
{
	u32 *values = kmalloc_array(500, sizeof(u32), GFP_KERNEL);
	struct rb_node *node;
	int count = 0, wrong = 0;

	if (!values)
		return -ENOMEM;
	while (count < 500) {
		struct number *new = kmalloc(sizeof(*new), GFP_KERNEL);

		if (!new)
			break;
		new->value = get_random_u32() % 100000;
		values[count] = new->value;
		if (insert(new))
			count++;
		else
			kfree(new);
	}
	sort(values, count, sizeof(u32), compare, NULL);
	count = 0;
	for (node = rb_first(&root); node; node = rb_next(node))
		if (rb_entry(node, struct number, node)->value != values[count++])
			wrong++;
	pr_info("%d numbers, %d out of order\n", count, wrong);
	for (node = rb_first(&root); node;) {
		struct number *number = rb_entry(node, struct number, node);

		node = rb_next(node);
		if (number->value % 2) {
			rb_erase(&number->node, &root);
			kfree(number);
		}
	}
	kfree(values);
	return 0;
}

static void __exit wordtree_exit(void)
{
	struct number *number, *next;
	int odd = 0;

	rbtree_postorder_for_each_entry_safe(number, next, &root, node) {
		odd += number->value % 2;
		kfree(number);
	}
	pr_info("odd numbers left: %d\n", odd);
}

module_init(wordtree_init);
module_exit(wordtree_exit);
MODULE_LICENSE("GPL");
