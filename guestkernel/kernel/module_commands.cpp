// insmod, rmmod, lsmod, modinfo: kmod's tools, and their words.
//
// Source: kmod 30 tools/insmod.c (mod_strerror), rmmod.c, lsmod.c, modinfo.c.
#include "guestkernel/kernel/commands.hpp"

#include "guestkernel/kernel/command_thread.hpp"
#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/host_files.hpp"
#include "guestkernel/kernel/module/load_info.hpp"
#include "guestkernel/kernel/module/load_module.hpp"
#include "guestkernel/kernel/module/module_list.hpp"
#include "guestkernel/kernel/module/references.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/minmax.hpp"
#include "guestkernel/lib/errname.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

constexpr size_t kArgsSize = 1024;
constexpr size_t kUsersSize = 256;

// A host's file in memory of ours, for as long as this lives.
class file_copy {
  public:
    explicit file_copy(char const* path) : problem_("Cannot allocate memory")
    {
        auto const found = find_host_file(path);
        if (!found) {
            problem_ = found.error().message;
            return;
        }
        size_ = found.value().size;
        bytes_ = static_cast<char*>(kvmalloc(lib::max(size_, size_t{1}), mm::GFP_KERNEL));
        if (bytes_ == nullptr)
            return;
        auto const read = read_host_file(found.value(), bytes_);
        problem_ = read ? nullptr : read.error().message;
    }
    ~file_copy() { kvfree(bytes_); }
    file_copy(file_copy const&) = delete;
    file_copy& operator=(file_copy const&) = delete;

    char const* problem() const { return problem_; } // null: none
    char* bytes() { return bytes_; }
    size_t size() const { return size_; }

  private:
    char const* problem_;
    char* bytes_ = nullptr;
    size_t size_ = 0;
};

struct insmod_request {
    file_copy& file;
    char const* args;
};

int do_insmod(void* data)
{
    insmod_request const& request = *static_cast<insmod_request*>(data);
    return load_module(request.file.bytes(), request.file.size(), request.args);
}

int do_rmmod(void* name)
{
    return delete_module(static_cast<char const*>(name));
}

char const* mod_strerror(int error)
{
    switch (error) {
    case ENOEXEC:
        return "Invalid module format";
    case ENOENT:
        return "Unknown symbol in module";
    case ESRCH:
        return "Module has wrong symbol version";
    case EINVAL:
        return "Invalid parameters";
    default:
        return lib::strerror(error);
    }
}

void list_users(module const& m, char* text, size_t size)
{
    size_t length = 0;
    text[0] = '\0';
    auto const& users = m.source_list;
    for (lib::list_head* at = users.next; at != &users; at = at->next) {
        auto const more = static_cast<size_t>(
            lib::snprintf(text + length, size - length, length == 0 ? "%s" : ",%s",
                          CONTAINER_OF(at, module_use, source_list)->source->name));
        length = lib::min(length + more, size - 1);
    }
}

// From parmtype=NAME:TYPE and, if there is one, parm=NAME:DESCRIPTION.
void print_parameter(load_info<native_elf> const& info, char const* parmtype)
{
    size_t length = 0; // of the name with its colon
    while (parmtype[length] != '\0' && parmtype[length++] != ':') {
    }
    for (unsigned n = 0; char const* const parm = get_modinfo(info, "parm", n); n++) {
        if (strncmp(parm, parmtype, length) == 0) {
            console_printf("parm:           %s (%s)\n", parm, parmtype + length);
            return;
        }
    }
    console_printf("parm:           %s\n", parmtype);
}

constexpr char const* kModinfoTags[] = {"version", "license", "description", "author",
                                        "alias",   "softdep", "srcversion",  "depends",
                                        "intree",  "name",    "vermagic"};

} // namespace

void run_insmod(int argc, char const* const* argv)
{
    if (argc < 2) {
        console_puts("insmod: ERROR: missing filename.\n");
        return;
    }
    char args[kArgsSize] = "";
    size_t length = 0;
    for (int i = 2; i < argc; i++) {
        auto const more = static_cast<size_t>(
            lib::snprintf(args + length, sizeof(args) - length, i == 2 ? "%s" : " %s", argv[i]));
        length = lib::min(length + more, sizeof(args) - 1);
    }
    file_copy file(argv[1]);
    if (file.problem() != nullptr) {
        console_printf("insmod: ERROR: could not load module %s: %s\n", argv[1], file.problem());
        return;
    }
    insmod_request request = {file, args};
    int const error = run_in_thread("insmod", do_insmod, &request);
    if (error < 0 && error != -EINTR)
        console_printf("insmod: ERROR: could not insert module %s: %s\n", argv[1],
                       mod_strerror(-error));
}

void run_rmmod(int argc, char const* const* argv)
{
    if (argc < 2)
        console_puts("rmmod: ERROR: missing module name.\n");
    for (int i = 1; i < argc; i++) {
        module const* const m = find_module(argv[i]);
        if (m == nullptr) {
            console_printf("rmmod: ERROR: Module %s is not currently loaded\n", argv[i]);
            continue;
        }
        char users[kUsersSize];
        list_users(*m, users, sizeof(users));
        if (users[0] != '\0') {
            console_printf("rmmod: ERROR: Module %s is in use by: %s\n", m->name, users);
            continue;
        }
        if (module_refcount(*m) > 0) {
            console_printf("rmmod: ERROR: Module %s is in use\n", m->name);
            continue;
        }
        char name[kModuleNameLength];
        lib::snprintf(name, sizeof(name), "%s", argv[i]);
        int const error = run_in_thread("rmmod", do_rmmod, name);
        if (error < 0 && error != -EINTR)
            console_printf("rmmod: ERROR: could not remove module %s: %s\n", argv[i],
                           lib::strerror(-error));
    }
}

void run_lsmod(int, char const* const*)
{
    console_puts("Module                  Size  Used by\n");
    for (module const* m = first_module(); m != nullptr; m = next_module(*m)) {
        char users[kUsersSize];
        list_users(*m, users, sizeof(users));
        console_printf("%-19s %8u  %d%s%s\n", m->name, m->init_layout.size + m->core_layout.size,
                       module_refcount(*m), users[0] != '\0' ? " " : "", users);
    }
}

void run_modinfo(int argc, char const* const* argv)
{
    if (argc < 2)
        console_puts("modinfo: ERROR: missing module or filename.\n");
    for (int i = 1; i < argc; i++) {
        file_copy file(argv[i]);
        load_info<native_elf> info;
        if (file.problem() != nullptr || read_module_file(info, file.bytes(), file.size()) != 0) {
            console_printf("modinfo: ERROR: could not get modinfo from '%s': %s\n", argv[i],
                           file.problem() != nullptr ? file.problem() : "Invalid argument");
            continue;
        }
        console_printf("filename:       %s\n", argv[i]);
        for (char const* tag : kModinfoTags) {
            for (unsigned n = 0; char const* const value = get_modinfo(info, tag, n); n++)
                console_printf("%s:%*s%s\n", tag,
                               static_cast<int>(lib::max(size_t{1}, 15 - strlen(tag))), "", value);
        }
        for (unsigned n = 0; char const* const parm = get_modinfo(info, "parmtype", n); n++)
            print_parameter(info, parm);
    }
}

} // namespace pagelab::kernel
