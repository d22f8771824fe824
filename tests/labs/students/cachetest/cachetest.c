#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

/* A cache with a constructor: objects come as the constructor made them, and go back so. */
struct session {
	int id;
	char name[20];
	struct list_head users;
};

#define N 64
static struct kmem_cache *cachep;
static struct session *sessions[N];

static void session_ctor(void *object)
{
	struct session *session = object;

	session->id = -1;
	strcpy(session->name, "free");
	INIT_LIST_HEAD(&session->users);
}

static int __init cachetest_init(void)
{
	int i, wrong = 0;

	cachep = kmem_cache_create("student_session", sizeof(struct session), 0, SLAB_HWCACHE_ALIGN,
				   session_ctor);
	if (!cachep)
		return -ENOMEM;
	for (i = 0; i < N; i++) {
		sessions[i] = kmem_cache_alloc(cachep, GFP_KERNEL);
		if (!sessions[i])
			return -ENOMEM;
		if (sessions[i]->id != -1 || strcmp(sessions[i]->name, "free") ||
		    !list_empty(&sessions[i]->users))
			wrong++;
		sessions[i]->id = i;
	}
	pr_info("%d sessions, %d not constructed, aligned: %d\n", N, wrong,
		((unsigned long)sessions[3] & (L1_CACHE_BYTES - 1)) == 0);
	return 0;
}

static void __exit cachetest_exit(void)
{
	int i;

	for (i = 0; i < N; i++) {
		sessions[i]->id = -1;
		kmem_cache_free(cachep, sessions[i]);
	}
	kmem_cache_destroy(cachep);
	pr_info("cache destroyed\n");
}

module_init(cachetest_init);
module_exit(cachetest_exit);
MODULE_LICENSE("GPL");
