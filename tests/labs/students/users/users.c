#include <linux/hashtable.h>
#include <linux/kernel.h>
#include <linux/kref.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

/* Counted objects in a hash table. */
struct user {
	int uid;
	char name[16];
	struct kref ref;
	struct hlist_node node;
};

static DEFINE_HASHTABLE(users, 4);
static int released;

static void user_release(struct kref *ref)
{
	kfree(container_of(ref, struct user, ref));
	released++;
}

static struct user *user_find(int uid)
{
	struct user *user;

	hash_for_each_possible(users, user, node, uid) {
		if (user->uid == uid) {
			kref_get(&user->ref);
			return user;
		}
	}
	return NULL;
}

static int __init users_init(void)
{
	struct user *user;
	int i, bkt, count = 0;

	for (i = 0; i < 40; i++) {
		user = kzalloc(sizeof(*user), GFP_KERNEL);
		if (!user)
			break;
		user->uid = 1000 + i;
		snprintf(user->name, sizeof(user->name), "user%02d", i);
		kref_init(&user->ref);
		hash_add(users, &user->node, user->uid);
	}
	hash_for_each(users, bkt, user, node)
		count++;
	user = user_find(1017);
	pr_info("%d users, 1017 is %s, 7 is %s\n", count, user ? user->name : "nobody",
		user_find(7) ? "somebody" : "nobody");
	if (user)
		kref_put(&user->ref, user_release);
	return 0;
}

static void __exit users_exit(void)
{
	struct user *user;
	struct hlist_node *tmp;
	int bkt;

	hash_for_each_safe(users, bkt, tmp, user, node) {
		hash_del(&user->node);
		kref_put(&user->ref, user_release);
	}
	pr_info("released %d\n", released);
}

module_init(users_init);
module_exit(users_exit);
MODULE_LICENSE("GPL");
