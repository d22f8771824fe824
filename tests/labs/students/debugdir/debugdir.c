#include <linux/debugfs.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/stat.h>

/* Variables and reports of a module in a folder of debugfs. */
static struct dentry *folder;
static u32 level = 3;
static u8 mask = 0x2a;
static u64 limit = 1ull << 40;
static bool loud;
static atomic_t events = ATOMIC_INIT(-4);
static u64 doubled;
static int factor = 2;
module_param(factor, int, S_IRUGO | S_IWUSR);

static int summary_show(struct seq_file *m, void *v)
{
	seq_printf(m, "level %u, loud %d, data %s\n", level, loud, (char *)m->private);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(summary);

static int get_doubled(void *data, u64 *value)
{
	*value = *(u64 *)data;
	return 0;
}

static int set_doubled(void *data, u64 value)
{
	if (value > 1000)
		return -ERANGE;
	*(u64 *)data = value * factor;
	return 0;
}
DEFINE_SIMPLE_ATTRIBUTE(doubled_fops, get_doubled, set_doubled, "%llu\n");

static char note[32];

static ssize_t note_read(struct file *file, char __user *buffer, size_t size, loff_t *position)
{
	return simple_read_from_buffer(buffer, size, position, file->private_data, strlen(note));
}

static ssize_t note_write(struct file *file, const char __user *buffer, size_t size,
			  loff_t *position)
{
	memset(note, 0, sizeof(note));
	return simple_write_to_buffer(note, sizeof(note) - 1, position, buffer, size);
}

static const struct file_operations note_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = note_read,
	.write = note_write,
};

static int __init debugdir_init(void)
{
	folder = debugfs_create_dir("student", NULL);
	if (IS_ERR(folder))
		return PTR_ERR(folder);
	debugfs_create_u32("level", 0644, folder, &level);
	debugfs_create_x8("mask", S_IRUGO, folder, &mask);
	debugfs_create_u64("limit", 0444, folder, &limit);
	debugfs_create_bool("loud", 0644, folder, &loud);
	debugfs_create_atomic_t("events", 0644, folder, &events);
	debugfs_create_file("summary", 0444, folder, "something", &summary_fops);
	debugfs_create_file("doubled", 0600, folder, &doubled, &doubled_fops);
	debugfs_create_file("note", 0600, folder, note, &note_fops);
	pr_info("again: %ld\n", PTR_ERR(debugfs_create_dir("student", NULL)));
	return 0;
}

static void __exit debugdir_exit(void)
{
	debugfs_remove_recursive(folder);
}

module_init(debugdir_init);
module_exit(debugdir_exit);
MODULE_LICENSE("GPL");
