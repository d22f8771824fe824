// The files that modules make.
#include "guestkernel/kernel/procfs.hpp"

#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/listing.hpp"
#include "guestkernel/kernel/sched/mutex.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

constexpr size_t kPathSize = 128;

lib::list_head entries = {&entries, &entries}; // in the order of their making
mutex proc_mutex = {nullptr, {{}, {&proc_mutex.wait.head, &proc_mutex.wait.head}}};
wait_queue_head unused = {{}, {&unused.head, &unused.head}}; // an entry has no users any more

proc_dir_entry* entry_of(lib::list_head* link)
{
    return CONTAINER_OF(link, proc_dir_entry, list);
}

// Under the mutex.
proc_dir_entry* find_path(char const* path)
{
    for (lib::list_head* link = entries.next; link != &entries; link = link->next) {
        if (strcmp(entry_of(link)->path, path) == 0)
            return entry_of(link);
    }
    return nullptr;
}

void join(char* path, proc_dir_entry const* parent, char const* name)
{
    lib::snprintf(path, kPathSize, "%s%s%s", parent != nullptr ? parent->path : "",
                  parent != nullptr ? "/" : "", name);
}

// What follows "folder/" in a path; null: it is not in there, or in a folder below.
char const* name_in(char const* path, char const* folder)
{
    size_t const length = strlen(folder);
    if (length > 0 && (strncmp(path, folder, length) != 0 || path[length] != '/'))
        return nullptr;
    char const* const name = path + length + (length > 0 ? 1 : 0);
    for (char const* at = name; *at != '\0'; at++) {
        if (*at == '/')
            return nullptr;
    }
    return name;
}

// An open file of an entry that stays as long.
class opened {
  public:
    explicit opened(char const* path)
    {
        mutex_lock(proc_mutex);
        entry_ = find_path(path);
        if (entry_ != nullptr && entry_->ops == nullptr) // a folder
            entry_ = nullptr;
        if (entry_ != nullptr)
            entry_->users++;
        mutex_unlock(proc_mutex);
        if (entry_ == nullptr)
            return;
        inode_ = {{entry_->mode, 1, entry_->data}, entry_};
        file_.f_inode = &inode_.vfs_inode;
        error_ = entry_->ops->proc_open != nullptr
                     ? entry_->ops->proc_open(&inode_.vfs_inode, &file_)
                     : 0;
    }

    ~opened()
    {
        if (entry_ == nullptr)
            return;
        if (error_ == 0 && entry_->ops->proc_release != nullptr)
            entry_->ops->proc_release(&inode_.vfs_inode, &file_);
        mutex_lock(proc_mutex);
        entry_->users--;
        mutex_unlock(proc_mutex);
        wake_up_all(unused);
    }

    opened(opened const&) = delete;
    opened& operator=(opened const&) = delete;

    int error() const { return error_; }

    intptr_t read(char* buffer, size_t size)
    {
        if (entry_->ops->proc_read == nullptr)
            return -EIO;
        lend(buffer, size);
        intptr_t const result = entry_->ops->proc_read(&file_, buffer, size, &file_.f_pos);
        lend(nullptr, 0);
        return result;
    }

    intptr_t write(char const* buffer, size_t size)
    {
        if (entry_->ops->proc_write == nullptr)
            return -EIO;
        lend(buffer, size);
        intptr_t const result = entry_->ops->proc_write(&file_, buffer, size, &file_.f_pos);
        lend(nullptr, 0);
        return result;
    }

  private:
    static void lend(char const* buffer, size_t size)
    {
        get_current().user_begin = reinterpret_cast<uintptr_t>(buffer);
        get_current().user_end = reinterpret_cast<uintptr_t>(buffer) + size;
    }

    proc_dir_entry* entry_ = nullptr;
    proc_inode inode_ = {};
    file file_ = {};
    int error_ = -ENOENT;
};

} // namespace

proc_dir_entry const& entry_of(inode const& i)
{
    return *CONTAINER_OF(&i, proc_inode const, vfs_inode)->pde;
}

proc_dir_entry* proc_register(proc_dir_entry const* parent, char const* name,
                              proc_dir_entry const& properties)
{
    char path[kPathSize];
    join(path, parent, name);
    size_t const size = strlen(path) + 1;
    auto* const entry =
        static_cast<proc_dir_entry*>(kmalloc(sizeof(proc_dir_entry) + size, mm::GFP_KERNEL));
    if (entry == nullptr)
        return nullptr;
    *entry = properties;
    entry->path = static_cast<char const*>(memcpy(entry + 1, path, size));
    mutex_lock(proc_mutex);
    bool const is_new = find_path(path) == nullptr;
    if (is_new)
        lib::list_add_tail(entry->list, entries);
    mutex_unlock(proc_mutex);
    if (is_new)
        return entry;
    kfree(entry);
    return nullptr;
}

proc_dir_entry* proc_find(proc_dir_entry const* parent, char const* name)
{
    char path[kPathSize];
    join(path, parent, name);
    mutex_lock(proc_mutex);
    proc_dir_entry* const entry = find_path(path);
    mutex_unlock(proc_mutex);
    return entry;
}

void proc_unregister(proc_dir_entry* entry)
{
    if (entry == nullptr)
        return;
    mutex_lock(proc_mutex);
    lib::list_del(entry->list);
    mutex_unlock(proc_mutex);
    wait_event(unused, [entry] { return __atomic_load_n(&entry->users, __ATOMIC_ACQUIRE) == 0; });
    kfree(entry);
}

void proc_unregister_subtree(proc_dir_entry* entry)
{
    size_t const length = strlen(entry->path);
    lib::list_head* next = nullptr;
    for (lib::list_head* link = entries.next; link != &entries; link = next) {
        next = link->next;
        proc_dir_entry* const other = entry_of(link);
        if (strncmp(other->path, entry->path, length) == 0 && other->path[length] == '/')
            proc_unregister(other);
    }
    proc_unregister(entry);
}

int cat_module_proc(char const* path)
{
    char buffer[256];
    opened file(path);
    if (file.error() != 0)
        return file.error();
    for (;;) {
        intptr_t const got = file.read(buffer, sizeof(buffer));
        if (got <= 0 || got > static_cast<intptr_t>(sizeof(buffer)))
            return static_cast<int>(got);
        console_write(buffer, static_cast<size_t>(got));
    }
}

int write_module_proc(char const* path, char const* text, size_t length)
{
    opened file(path);
    if (file.error() != 0)
        return file.error();
    while (length > 0) {
        intptr_t const taken = file.write(text, length);
        if (taken <= 0 || taken > static_cast<intptr_t>(length))
            return static_cast<int>(taken);
        text += taken;
        length -= static_cast<size_t>(taken);
    }
    return 0;
}

bool list_module_proc(char const* folder)
{
    bool found = false;
    mutex_lock(proc_mutex);
    for (lib::list_head* link = entries.next; link != &entries; link = link->next) {
        char const* const name = name_in(entry_of(link)->path, folder);
        if (name == nullptr)
            continue;
        bool const is_folder = entry_of(link)->ops == nullptr;
        list_entry(is_folder ? entry_kind::folder : entry_kind::file, name);
        found = true;
    }
    mutex_unlock(proc_mutex);
    return found;
}

} // namespace pagelab::kernel
