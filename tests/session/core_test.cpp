// Cores of real machines: ours for gdb and for the shell, QEMU's for the shell.
#include <algorithm>
#include <cstdlib>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/guest/qemu_session.hpp"
#include "tests/session/program.hpp"

using namespace pagelab;
using session::Finished;
using session::run_program;

namespace {

std::string kernel(std::string const& arch)
{
    return PAGELAB_BUILD_DIR "/guestkernel/pagelab-" + arch + ".elf";
}

std::string output_of(std::string const& command)
{
    std::FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string text;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe))
        text += static_cast<char>(c);
    pclose(pipe);
    return text;
}

// Says the lines to a monitor of QEMU's, and waits until it closes.
void tell_monitor(std::string const& path, std::string const& lines)
{
    int const monitor = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    REQUIRE(path.size() < sizeof address.sun_path);
    std::ranges::copy(path, address.sun_path);
    timeval const limit = {60, 0};
    setsockopt(monitor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    REQUIRE(connect(monitor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(write(monitor, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()));
    for (char bytes[256]; read(monitor, bytes, sizeof bytes) > 0;) {
    }
    close(monitor);
}

} // namespace

TEST_CASE("the shell reads from a core what it read from the machine")
{
    session::Scratch const scratch;
    for (std::string const arch : {"i686", "x86_64"}) {
        std::string const file = scratch.path(arch + ".core");
        Finished const live =
            run_program({"shell", "--arch", arch, "-c", "core " + file, "-c", "buddyinfo"});
        REQUIRE(live.status == 0);
        Finished const dead = run_program({"shell", "--core", file, "-c", "buddyinfo"});
        CHECK(dead.status == 0);
        CHECK(dead.out.starts_with("Node 0, zone"));
        CHECK(live.out.ends_with(dead.out));
        Finished const changed = run_program({"shell", "--core", file, "-c", "guest dmesg"});
        CHECK(changed.status == 1);
        CHECK(changed.err == "pagelab: guest: a file can only be read, not run or changed\n");
    }
}

TEST_CASE("gdb opens a core: registers, and variables by the kernel's virtual addresses")
{
    if (std::system("command -v gdb >/dev/null") != 0) {
        MESSAGE("SKIP: gdb is not installed");
        return;
    }
    session::Scratch const scratch;
    for (std::string const arch : {"i686", "x86_64"}) {
        std::string const file = scratch.path(arch + ".core");
        REQUIRE(run_program({"shell", "--arch", arch, "-c", "core " + file}).status == 0);
        std::string const text = output_of(
            "gdb -nx -batch -ex 'info threads' -ex 'p $cs' -ex "
            "\"p 'pagelab::kernel::(anonymous namespace)::contig_page_data'.node_zones[0].name\" " +
            kernel(arch) + " " + file);
        CHECK_MESSAGE(text.find("\"DMA\"") != std::string::npos, text);
        CHECK_MESSAGE(text.find("$1 = ") != std::string::npos, text);
    }
}

TEST_CASE("a dump of QEMU's is read, and all structures in it are whole")
{
    if (!QemuSession::is_installed())
        return;
    session::Scratch const scratch;
    std::string const monitor = scratch.path("monitor");
    std::string const file = scratch.path("dump");
    QemuSession qemu({"-M", "pc", "-cpu", "qemu64", "-m", "64M", "-kernel", kernel("x86_64"),
                      "-monitor", "unix:" + monitor + ",server,nowait"});
    qemu.read_until("/ # ");
    tell_monitor(monitor, "dump-guest-memory " + file + "\nquit\n");
    Finished const read = run_program({"shell", "--core", file, "-c", "buddyinfo", "-c", "check",
                                       "-c", "print contig_page_data.node_zones[0].name"});
    CHECK_MESSAGE(read.status == 0, read.err);
    CHECK(read.out.starts_with("Node 0, zone      DMA "));
    CHECK_MESSAGE(read.out.find("\nno damage\n") != std::string::npos, read.out);
    CHECK(read.out.ends_with(" \"DMA\"\n"));
}
