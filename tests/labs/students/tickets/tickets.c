#include <linux/idr.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/xarray.h>

/* Numbered objects: an IDR, an IDA and an xarray. */
struct ticket {
	int id;
	char owner[12];
};

static DEFINE_IDR(tickets);
static DEFINE_IDA(seats);
static DEFINE_XARRAY(places);
static DEFINE_XARRAY_ALLOC1(handles);

static int add_id(int id, void *entry, void *data)
{
	struct ticket *ticket = entry;

	*(int *)data += id;
	return ticket->id == id ? 0 : -EINVAL;
}

static int use_idr(void)
{
	struct ticket *ticket, *old;
	int i, id, sum = 0, result;

	for (i = 0; i < 300; i++) {
		ticket = kzalloc(sizeof(*ticket), GFP_KERNEL);
		if (!ticket)
			return -ENOMEM;
		id = idr_alloc(&tickets, ticket, 10, 0, GFP_KERNEL);
		if (id < 0) {
			kfree(ticket);
			return id;
		}
		ticket->id = id;
	}
	for (i = 20; i < 300; i += 20)
		kfree(idr_remove(&tickets, i));
	ticket = kzalloc(sizeof(*ticket), GFP_KERNEL);
	if (!ticket)
		return -ENOMEM;
	ticket->id = idr_alloc(&tickets, ticket, 50, 0, GFP_KERNEL);
	result = idr_for_each(&tickets, add_id, &sum);
	pr_info("reused %d, sum %d, result %d, 40 is %s, 11 is %d\n", ticket->id, sum, result,
		idr_find(&tickets, 40) ? "there" : "gone",
		((struct ticket *)idr_find(&tickets, 11))->id);
	id = idr_alloc(&tickets, ticket, 10, 12, GFP_KERNEL);
	pr_info("none between 10 and 12: %d\n", id);
	old = idr_replace(&tickets, ticket, 11);
	pr_info("replaced: %d, missing: %ld\n", old->id,
		PTR_ERR(idr_replace(&tickets, ticket, 5000)));
	kfree(old);
	return 0;
}

static int use_ida(void)
{
	int i, again, sum = 0;

	for (i = 0; i < 100; i++)
		sum += ida_alloc(&seats, GFP_KERNEL);
	ida_free(&seats, 7);
	ida_free(&seats, 70);
	i = ida_alloc_min(&seats, 8, GFP_KERNEL);
	again = ida_alloc(&seats, GFP_KERNEL);
	pr_info("seats %d, then %d and %d, full: %d\n", sum, i, again,
		ida_alloc_max(&seats, 99, GFP_KERNEL));
	return sum < 0;
}

static void use_xarray(void)
{
	unsigned long index, sum = 0;
	void *entry;
	u32 handle = 0;
	int i, bad = 0;

	for (i = 0; i < 64; i++)
		if (xa_err(xa_store(&places, i * i * 1000ul, xa_mk_value(i), GFP_KERNEL)))
			bad++;
	xa_for_each(&places, index, entry)
		sum += xa_to_value(entry) * xa_to_value(entry) * 1000 == index;
	xa_for_each_range(&places, index, entry, 900000, 3600000)
		xa_erase(&places, index);
	i = 0;
	xa_for_each(&places, index, entry)
		i++;
	pr_info("bad %d, sum %lu, left %d, busy %d, old %ld\n", bad, sum, i,
		xa_insert(&places, 1000, NULL, GFP_KERNEL),
		(long)xa_to_value(xa_store(&places, 4000, xa_mk_value(9), GFP_KERNEL)));
	for (i = 0; i < 3; i++)
		bad += xa_alloc(&handles, &handle, &places, XA_LIMIT(0, 3), GFP_KERNEL);
	pr_info("handle %u, bad %d, none: %d\n", handle, bad,
		xa_alloc(&handles, &handle, &places, XA_LIMIT(0, 3), GFP_KERNEL));
}

static int __init tickets_init(void)
{
	int error = use_idr();

	if (!error)
		error = use_ida();
	use_xarray();
	return error;
}

static void __exit tickets_exit(void)
{
	struct ticket *ticket;
	int id, freed = 0;

	kfree(idr_remove(&tickets, 40));
	idr_for_each_entry(&tickets, ticket, id) {
		if (ticket->id == id) {
			kfree(ticket);
			freed++;
		}
	}
	idr_destroy(&tickets);
	ida_destroy(&seats);
	xa_destroy(&places);
	xa_destroy(&handles);
	pr_info("freed %d, empty %d %d\n", freed, idr_is_empty(&tickets), xa_empty(&places));
}

module_init(tickets_init);
module_exit(tickets_exit);
MODULE_LICENSE("GPL");
