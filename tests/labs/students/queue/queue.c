#include <linux/kernel.h>
#include <linux/kfifo.h>
#include <linux/kthread.h>
#include <linux/module.h>

/* A writer, a reader, and a queue between them that needs no lock. */
struct sample {
	int number;
	long long value;
};

static DEFINE_KFIFO(samples, struct sample, 16);
static DECLARE_KFIFO(letters, char, 8);
static DECLARE_KFIFO_PTR(numbers, int);
static struct kfifo bytes;
static struct task_struct *writer;

static int write_samples(void *data)
{
	struct sample sample;
	int i;

	for (i = 0; i < 1000; i++) {
		sample.number = i;
		sample.value = i * 3ll;
		while (!kfifo_put(&samples, sample))
			schedule();
	}
	return 0;
}

static int read_samples(void)
{
	struct sample sample;
	int i, wrong = 0;

	for (i = 0; i < 1000; i++) {
		while (!kfifo_get(&samples, &sample))
			schedule();
		wrong += sample.number != i || sample.value != i * 3ll;
	}
	return wrong;
}

static int __init queue_init(void)
{
	char text[16] = "";
	int number = 0, i, error;

	INIT_KFIFO(letters);
	i = kfifo_in(&letters, "abcdefghij", 10);
	pr_info("in %d, full %d, len %u, avail %u\n", i, kfifo_is_full(&letters),
		kfifo_len(&letters), kfifo_avail(&letters));
	i = kfifo_out(&letters, text, 3);
	i = kfifo_in(&letters, "kl", 2);
	i = kfifo_out(&letters, text, sizeof(text));
	pr_info("out %d: %s\n", i, text);

	error = kfifo_alloc(&bytes, 100, GFP_KERNEL);
	if (error)
		return error;
	error = kfifo_alloc(&numbers, 4, GFP_KERNEL);
	if (error) {
		kfifo_free(&bytes);
		return error;
	}
	for (i = 0; i < 6; i++)
		kfifo_put(&numbers, i * i);
	i = kfifo_peek(&numbers, &number);
	kfifo_skip(&numbers);
	i = kfifo_get(&numbers, &number);
	pr_info("size %u, %u numbers, second %d\n", kfifo_size(&bytes), kfifo_len(&numbers),
		number);
	kfifo_in(&bytes, "hello", 5);
	i = kfifo_out_peek(&bytes, text, 4);
	pr_info("peeked %d, %u left\n", i, kfifo_len(&bytes));

	writer = kthread_run(write_samples, NULL, "writer");
	pr_info("wrong %d\n", read_samples());
	return 0;
}

static void __exit queue_exit(void)
{
	kfifo_free(&bytes);
	kfifo_free(&numbers);
	pr_info("queue gone\n");
}

module_init(queue_init);
module_exit(queue_exit);
MODULE_LICENSE("GPL");
