// Commands on the files of /proc and /sys: cat, echo, hexdump, ls.
#include "guestkernel/kernel/commands.hpp"

#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/listing.hpp"
#include "guestkernel/kernel/options.hpp"
#include "guestkernel/kernel/proc.hpp"
#include "guestkernel/kernel/procfs.hpp"
#include "guestkernel/kernel/sysfs.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/hexdump.hpp"
#include "guestkernel/lib/errname.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

constexpr size_t kLineSize = 256;

// Which bytes of a file hexdump wants.
struct excerpt {
    lib::hexdump& dump;
    uint64_t skip;
    uint64_t left;
};

void dump_text_piece(void* context, char const* text, size_t length)
{
    excerpt& part = *static_cast<excerpt*>(context);
    size_t const skipped = length < part.skip ? length : static_cast<size_t>(part.skip);
    part.skip -= skipped;
    length -= skipped;
    size_t const taken = length < part.left ? length : static_cast<size_t>(part.left);
    part.left -= taken;
    lib::hexdump_bytes(part.dump, text + skipped, taken);
}

void dump_text(proc_file const& file, excerpt part)
{
    char buffer[kLineSize];
    lib::seq_file m{buffer, sizeof(buffer), dump_text_piece, &part};
    file.show(m);
    lib::seq_flush(m);
}

void dump_binary(proc_file const& file, excerpt part)
{
    char buffer[kLineSize];
    while (part.left > 0) {
        auto const got = file.read(part.skip, buffer, sizeof(buffer));
        if (!got)
            lib::seq_printf(part.dump.m, "hexdump: %s: %s\n", file.name, got.error().message);
        if (!got || got.value() == 0)
            break;
        size_t const taken = got.value() < part.left ? got.value() : static_cast<size_t>(part.left);
        lib::hexdump_bytes(part.dump, buffer, taken);
        part.skip += taken;
        part.left -= taken;
    }
}

struct hexdump_arguments {
    uint64_t offset = 0;
    uint64_t length = UINT64_MAX;
    char const* path = nullptr;
};

lib::Result<hexdump_arguments> parse_hexdump(int argc, char const* const* argv)
{
    hexdump_arguments parsed;
    for (int i = 1; i < argc; i++) {
        bool const has_value = i + 1 < argc;
        if (strcmp(argv[i], "-s") == 0 && has_value)
            parsed.offset = TRY(parse_size(argv[++i]));
        else if (strcmp(argv[i], "-n") == 0 && has_value)
            parsed.length = TRY(parse_size(argv[++i]));
        else if (argv[i][0] != '-')
            parsed.path = argv[i];
        else if (strcmp(argv[i], "-C") != 0)
            return lib::Error{"unknown option"};
    }
    if (parsed.path == nullptr)
        return lib::Error{"which file?"};
    return parsed;
}

void no_such_file(char const* command, char const* path)
{
    console_printf("%s: %s: No such file or directory\n", command, path);
}

// By the name that procfs.hpp has for it; null: of another folder.
char const* file_of_modules(char const* path)
{
    char const* const name = below_proc(path);
    return name == nullptr && strncmp(path, kDebugFolder, strlen(kDebugFolder)) == 0 ? path : name;
}

// The line with its end.
lib::Result<> write_other_file(char const* path, char const* text)
{
    char const* const name = file_of_modules(path);
    if (name == nullptr)
        return write_sysfs(path, text);
    char line[kLineSize + 1];
    int const length = lib::snprintf(line, sizeof(line), "%s\n", text);
    int const error = write_module_proc(name, line, static_cast<size_t>(length));
    return error != 0 ? lib::Error{lib::strerror(-error)} : lib::Result<>{};
}

void write_file(char const* path, char const* text)
{
    proc_file const* const file = find_proc_file(path);
    auto const written = file == nullptr          ? write_other_file(path, text)
                         : file->write != nullptr ? file->write(text)
                                                  : lib::Error{"not a file to write to"};
    if (!written)
        console_printf("echo: %s: %s\n", path, written.error().message);
}

void cat_other_file(char const* path)
{
    char const* const name = file_of_modules(path);
    int const error = name != nullptr ? cat_module_proc(name) : -ENOENT;
    if (error != 0)
        console_printf("cat: can't open '%s': %s\n", path, lib::strerror(-error));
}

} // namespace

void run_cat(int argc, char const* const* argv)
{
    for (int i = 1; i < argc; i++) {
        proc_file const* const file = find_proc_file(argv[i]);
        if (file != nullptr && file->show != nullptr)
            console_report(file->show);
        else if (file != nullptr)
            console_printf("cat: %s: %s\n", argv[i],
                           file->read != nullptr ? "not text: use hexdump" : "write-only");
        else if (!cat_sysfs(argv[i]))
            cat_other_file(argv[i]);
    }
}

void run_hexdump(int argc, char const* const* argv)
{
    auto const parsed = parse_hexdump(argc, argv);
    if (!parsed) {
        console_printf("hexdump: %s; usage: hexdump -C [-s OFFSET] [-n LENGTH] FILE\n",
                       parsed.error().message);
        return;
    }
    auto const& [offset, length, path] = parsed.value();
    proc_file const* const file = find_proc_file(path);
    if (file == nullptr || (file->show == nullptr && file->read == nullptr)) {
        no_such_file("hexdump", path);
        return;
    }
    char buffer[kLineSize];
    lib::seq_file m = console_seq_file(buffer, sizeof(buffer));
    lib::hexdump dump{.m = m, .offset = offset};
    if (file->read != nullptr)
        dump_binary(*file, {dump, offset, length});
    else
        dump_text(*file, {dump, offset, length});
    lib::hexdump_end(dump);
    lib::seq_flush(m);
}

void run_ls(int argc, char const* const* argv)
{
    int const options = argc > 1 && strcmp(argv[1], "-l") == 0 ? 1 : 0;
    char const* const path = argc > 1 + options ? argv[1 + options] : "/";
    set_listing(options > 0 ? listing::details : listing::names);
    if (strcmp(path, "/") == 0) {
        list_entry(entry_kind::folder, "proc");
        list_entry(entry_kind::folder, "sys");
    } else if (find_proc_file(path) != nullptr) {
        list_entry(entry_kind::file, path);
    } else if (!list_proc(path) && !list_sysfs(path) && !list_module_proc(path)) {
        no_such_file("ls", path);
    }
}

// The words, to the console or into the file after '>'.
void run_echo(int argc, char const* const* argv)
{
    char text[kLineSize] = "";
    size_t length = 0;
    char const* path = nullptr;
    for (int i = 1; i < argc && path == nullptr; i++) {
        if (argv[i][0] == '>') {
            path = argv[i][1] != '\0' ? argv[i] + 1 : i + 1 < argc ? argv[i + 1] : "";
            break;
        }
        size_t const word = strlen(argv[i]);
        if (length + word + 2 > sizeof(text))
            break;
        if (length > 0)
            text[length++] = ' ';
        memcpy(text + length, argv[i], word + 1);
        length += word;
    }
    if (path != nullptr)
        write_file(path, text);
    else
        console_printf("%s\n", text);
}

} // namespace pagelab::kernel
