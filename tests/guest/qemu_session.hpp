// A machine of QEMU's to talk to: its serial port is a pair of pipes.
//
// Every wait has a limit, after which the machine is killed and the text so far returned, so that
// a test that fails shows what was printed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace pagelab {

class QemuSession {
  public:
    static bool is_installed(); // prints "SKIP: ..." when it is not

    // `arguments` follow "-display none -serial stdio -device isa-debug-exit ...".
    explicit QemuSession(std::vector<std::string> const& arguments);
    ~QemuSession();
    QemuSession(QemuSession const&) = delete;
    QemuSession& operator=(QemuSession const&) = delete;

    // All that is printed up to and with `last`; less if the machine stops or time runs out.
    std::string read_until(std::string_view last);
    std::string read_to_end() { return read_until({}); }

    void type(std::string_view text);

    // The exit status, once it has stopped: 2 * status + 1 of what the guest wrote. -1: killed.
    int wait();

  private:
    void kill_now();

    pid_t process_ = -1;
    int input_ = -1;
    int output_ = -1;
};

} // namespace pagelab
