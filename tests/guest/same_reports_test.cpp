// The same kernel on three machines: pagelab, QEMU with its own firmware, QEMU with ours. What it
// reports of its memory must be the same text on all three.
#include <cstdio>
#include <string>

#include <doctest/doctest.h>

#include "tests/guest/qemu_session.hpp"

using pagelab::QemuSession;

namespace {

constexpr std::string_view kPrompt = "/ # ";
constexpr char const* kReports[] = {"cat /proc/iomem", "cat /proc/buddyinfo", "cat /proc/zoneinfo"};

std::string without_returns(std::string text)
{
    std::erase(text, '\r');
    return text;
}

std::string kernel(std::string const& arch)
{
    return PAGELAB_BUILD_DIR "/guestkernel/pagelab-" + arch + ".elf";
}

std::string on_qemu(std::string const& arch, std::vector<std::string> const& options)
{
    std::vector<std::string> arguments = {"-M", "pc", "-m", "128", "-kernel", kernel(arch)};
    arguments.insert(arguments.end(), options.begin(), options.end());
    QemuSession session(arguments);
    session.read_until(kPrompt);
    std::string text;
    for (char const* report : kReports) {
        session.type(std::string(report) + "\r");
        text += without_returns(session.read_until(kPrompt));
    }
    return text;
}

std::string on_pagelab(std::string const& arch)
{
    std::string command = "timeout 60 " PAGELAB_BUILD_DIR "/emu/pagelab boot --arch " + arch;
    for (char const* report : kReports)
        command += " --exec '" + std::string(report) + "'";
    std::string text;
    FILE* const pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    for (int c; (c = std::fgetc(pipe)) != EOF;)
        text.push_back(static_cast<char>(c));
    CHECK(pclose(pipe) == 0);
    size_t const first = text.find(kPrompt);
    REQUIRE(first != text.npos);
    text.erase(0, first + kPrompt.size());
    return text.substr(0, text.rfind("poweroff"));
}

} // namespace

TEST_CASE("a kernel reports the same memory on pagelab, on QEMU, and on QEMU with our firmware")
{
    if (!QemuSession::is_installed())
        return;
    for (std::string const arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        std::string const ours = on_pagelab(arch);
        CHECK(ours.find("System RAM") != ours.npos);
        CHECK(on_qemu(arch, {}) == ours);
        CHECK(on_qemu(arch, {"-bios", PAGELAB_BUILD_DIR "/firmware/pagelab.rom"}) == ours);
    }
}
