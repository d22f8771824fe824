// Machine descriptions: every key, and what is said of every mistake.
#include "emu/machine/machine_file.hpp"

#include <cstdlib>
#include <fstream>
#include <random>

#include <doctest/doctest.h>

using namespace pagelab;

namespace {

struct TomlFile {
    explicit TomlFile(std::string_view text)
    {
        std::string name = (std::filesystem::temp_directory_path() / "pagelab-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        folder = name;
        std::ofstream out(folder / "m.toml", std::ios::binary);
        out.write(text.data(), static_cast<std::streamsize>(text.size()));
    }
    ~TomlFile()
    {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    Result<machine::MachineFile> read() const
    {
        return machine::read_machine_file(folder / "m.toml");
    }
    std::filesystem::path folder;
};

std::string error_of(std::string_view text)
{
    TomlFile const file(text);
    auto const read = file.read();
    if (read)
        return "no error";
    CHECK(read.error().exit_status == kExitBadUsage);
    auto const& message = read.error().message;
    CHECK(message.find('\n') == std::string::npos);
    CHECK(message.starts_with((file.folder / "m.toml").string()));
    return message.substr((file.folder / "m.toml").string().size());
}

} // namespace

TEST_CASE("an empty description is the default machine")
{
    auto const file = TomlFile("").read();
    REQUIRE(file);
    CHECK(file->config.ram_size == machine::MachineConfig{}.ram_size);
    CHECK(file->arch.empty());
    CHECK(file->kernel.empty());
    CHECK(file->append.empty());
    CHECK(file->initrd.empty());
    CHECK(file->config.e820.empty());
}

TEST_CASE("every key is read; paths are relative to the file")
{
    TomlFile const text(R"(
kernel = "k.elf"
arch = "i686"
append = "loglevel=7"
initrd = ["a.cpio", "/b.cpio"]
[machine]
memory = "2G"
cpus = 4
cpu_model = "qemu64"
lapic = false
[[e820]]
address = 0x100000
size = 0x7ee0000
[[e820]]
address = 0xfd00000000
size = 0x300000000
type = 2
)");
    auto const file = text.read();
    REQUIRE_MESSAGE(file.has_value(), file.error().message);
    CHECK(file->kernel == text.folder / "k.elf");
    CHECK(file->arch == "i686");
    CHECK(file->append == "loglevel=7");
    REQUIRE(file->initrd.size() == 2);
    CHECK(file->initrd[0] == text.folder / "a.cpio");
    CHECK(file->initrd[1] == "/b.cpio");
    CHECK(file->config.ram_size == uint64_t{2} << 30);
    CHECK(file->config.cpus == 4);
    CHECK(file->config.cpu_model == "qemu64");
    CHECK_FALSE(file->config.lapic);
    REQUIRE(file->config.e820.size() == 2);
    CHECK(file->config.e820[0].address == 0x10'0000);
    CHECK(file->config.e820[0].size == 0x7ee'0000);
    CHECK(file->config.e820[0].type == kE820Usable);
    CHECK(file->config.e820[1].address == 0xfd'0000'0000);
    CHECK(file->config.e820[1].type == kE820Reserved);
}

TEST_CASE("misspelt keys are errors")
{
    CHECK(error_of("kernal = 'k'\n") == ": unknown key 'kernal' in the machine description");
    CHECK(error_of("[machine]\nram = '1G'\n") == ": unknown key 'ram' in [machine]");
    CHECK(error_of("[[e820]]\naddress = 0\nlength = 1\n") == ": unknown key 'length' in [[e820]]");
}

TEST_CASE("values of the wrong type are errors")
{
    for (char const* key : {"kernel", "arch", "append"})
        CHECK(error_of(std::string(key) + " = 1\n") ==
              ": '" + std::string(key) + "' has the wrong type");
    CHECK(error_of("[machine]\nmemory = 128\n") == ": 'memory' has the wrong type");
    CHECK(error_of("[machine]\ncpus = '1'\n") == ": 'cpus' has the wrong type");
    CHECK(error_of("[machine]\ncpus = 1.0\n") == ": 'cpus' has the wrong type");
    CHECK(error_of("[machine]\ncpu_model = 1\n") == ": 'cpu_model' has the wrong type");
    CHECK(error_of("[machine]\nlapic = 1\n") == ": 'lapic' has the wrong type");
    CHECK(error_of("machine = 1\n") == ": 'machine' must be a table: [machine]");
    CHECK(error_of("initrd = 'a'\n") == ": 'initrd' must be a list");
    CHECK(error_of("initrd = [1]\n") == ": initrd must be a list of file names");
    CHECK(error_of("e820 = 1\n") == ": 'e820' must be a list");
    CHECK(error_of("e820 = [1]\n") == ": e820 must be a list of tables");
    CHECK(error_of("[[e820]]\naddress = '0'\nsize = 1\n") == ": 'address' has the wrong type");
}

TEST_CASE("values out of range are errors")
{
    CHECK(error_of("arch = 'arm'\n") == ": arch 'arm': it must be x86_64 or i686");
    CHECK(error_of("[machine]\ncpus = 0\n") == ": cpus = 0: it must be 1 to 16");
    CHECK(error_of("[machine]\ncpus = 17\n") == ": cpus = 17: it must be 1 to 16");
    CHECK(error_of("[machine]\nmemory = '1Q'\n").find("1Q") != std::string::npos);
    for (char const* entry :
         {"size = 1", "address = 1", "address = -1\nsize = 1", "address = 1\nsize = 0",
          "address = 1\nsize = 1\ntype = 0", "address = 1\nsize = 1\ntype = 4294967296"})
        CHECK(error_of("[[e820]]\n" + std::string(entry) + "\n") ==
              ": an e820 entry needs an address, a size above 0, and a type of 1 to 2^32 - 1");
}

TEST_CASE("what is no TOML is told with its place")
{
    CHECK(error_of("arch = \n").starts_with(":1:"));
    CHECK(error_of("arch = 'i686'\nmemory = 128M\n").starts_with(":2:"));
    CHECK(error_of("[machine\n").starts_with(":1:"));
    CHECK(error_of("arch = 'i686'\narch = 'i686'\n").starts_with(":2:"));
    CHECK(error_of(std::string(3, '\0')).starts_with(":1:"));
    CHECK(error_of("[[=820]]\n").starts_with(":1:"));
    CHECK(error_of("# fine\n\xc3\xa9 = 1\n") ==
          ":2: only ASCII is understood; write \\u escapes in strings");
}

TEST_CASE("a file that is not there, and a folder")
{
    TomlFile const file("");
    auto const missing = file.folder / "other.toml";
    CHECK(machine::read_machine_file(missing).error().message ==
          "cannot read '" + missing.string() + "': No such file or directory");
    CHECK(machine::read_machine_file(file.folder).error().message ==
          "cannot read '" + file.folder.string() + "': it is a folder");
}

TEST_CASE("damaged descriptions are refused or read, never a crash")
{
    std::string const whole = "arch = 'i686'\ninitrd = ['a']\n[machine]\nmemory = '2G'\ncpus = 4\n"
                              "[[e820]]\naddress = 0x100000\nsize = 4096\ntype = 2\n";
    unsigned const seed = 20'26;
    std::mt19937 random(seed);
    for (int i = 0; i < 500; i++) {
        CAPTURE(seed);
        CAPTURE(i);
        std::string damaged = whole;
        for (unsigned hits = 1 + random() % 3; hits > 0; hits--)
            damaged[random() % damaged.size()] = static_cast<char>(random() % 128);
        damaged.resize(damaged.size() - random() % 20);
        auto const read = TomlFile(damaged).read();
        if (!read)
            CHECK(read.error().message.find('\n') == std::string::npos);
    }
}
