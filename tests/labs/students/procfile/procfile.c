#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define PROC_NAME "notes"
#define NOTE_SIZE 32

/* Notes: each line written is kept, reading lists them all. */
struct note {
	char text[NOTE_SIZE];
	struct list_head list;
};

static LIST_HEAD(notes);
static DEFINE_MUTEX(notes_lock);
static struct proc_dir_entry *folder;
static char message[64] = "nothing yet\n";
static size_t message_size = 12;

static void *notes_start(struct seq_file *m, loff_t *pos)
{
	mutex_lock(&notes_lock);
	return seq_list_start(&notes, *pos);
}

static void *notes_next(struct seq_file *m, void *v, loff_t *pos)
{
	return seq_list_next(v, &notes, pos);
}

static void notes_stop(struct seq_file *m, void *v)
{
	mutex_unlock(&notes_lock);
}

static int notes_show(struct seq_file *m, void *v)
{
	struct note *note = list_entry(v, struct note, list);

	seq_printf(m, "note: %s\n", note->text);
	return 0;
}

static const struct seq_operations notes_ops = {
	.start = notes_start,
	.next = notes_next,
	.stop = notes_stop,
	.show = notes_show,
};

static int notes_open(struct inode *inode, struct file *file)
{
	return seq_open(file, &notes_ops);
}

static ssize_t notes_write(struct file *file, const char __user *ubuf, size_t count, loff_t *ppos)
{
	struct note *note;

	if (count >= NOTE_SIZE)
		return -EINVAL;
	note = kzalloc(sizeof(*note), GFP_KERNEL);
	if (!note)
		return -ENOMEM;
	if (copy_from_user(note->text, ubuf, count)) {
		kfree(note);
		return -EFAULT;
	}
	strim(note->text);
	mutex_lock(&notes_lock);
	list_add_tail(&note->list, &notes);
	mutex_unlock(&notes_lock);
	return count;
}

static const struct proc_ops notes_fops = {
	.proc_open = notes_open,
	.proc_read = seq_read,
	.proc_write = notes_write,
	.proc_lseek = seq_lseek,
	.proc_release = seq_release,
};

static int squares_show(struct seq_file *m, void *v)
{
	int i;

	for (i = 0; i < 1000; i++)
		seq_printf(m, "%d squared is %d\n", i, i * i);
	return 0;
}

static int squares_open(struct inode *inode, struct file *file)
{
	return single_open(file, squares_show, NULL);
}

static const struct proc_ops squares_fops = {
	.proc_open = squares_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
};

static ssize_t message_read(struct file *file, char __user *ubuf, size_t count, loff_t *ppos)
{
	if (*ppos > 0 || count < message_size)
		return 0;
	if (copy_to_user(ubuf, message, message_size))
		return -EFAULT;
	*ppos = message_size;
	return message_size;
}

static ssize_t message_write(struct file *file, const char __user *ubuf, size_t count, loff_t *ppos)
{
	ssize_t taken = simple_write_to_buffer(message, sizeof(message), ppos, ubuf, count);

	if (taken > 0)
		message_size = taken;
	return taken;
}

static const struct proc_ops message_fops = {
	.proc_read = message_read,
	.proc_write = message_write,
};

static int __init procfile_init(void)
{
	if (!proc_create(PROC_NAME, 0666, NULL, &notes_fops))
		return -ENOMEM;
	folder = proc_mkdir("student", NULL);
	proc_create("squares", 0, folder, &squares_fops);
	proc_create("message", 0644, folder, &message_fops);
	pr_info("/proc/%s created\n", PROC_NAME);
	return 0;
}

static void __exit procfile_exit(void)
{
	struct note *note, *next;

	remove_proc_entry(PROC_NAME, NULL);
	proc_remove(folder);
	list_for_each_entry_safe(note, next, &notes, list) {
		list_del(&note->list);
		kfree(note);
	}
}

module_init(procfile_init);
module_exit(procfile_exit);
MODULE_LICENSE("GPL");
