// mkstemp, write, fsync, rename, and fsync of the folder.
#include "emu/base/replace_file.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pagelab {

namespace {

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
    ~Descriptor()
    {
        if (number_ >= 0)
            close(number_);
    }
    int get() const { return number_; }

  private:
    int number_;
};

bool write_all(int file, std::span<std::byte const> bytes)
{
    while (!bytes.empty()) {
        ssize_t const count = ::write(file, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        bytes = bytes.subspan(static_cast<size_t>(count));
    }
    return true;
}

// As files usually are, which mkstemp's are not.
bool set_usual_mode(int file)
{
    mode_t const mask = umask(0);
    umask(mask);
    return fchmod(file, 0666 & ~mask) == 0;
}

bool write_new(int file, std::initializer_list<std::span<std::byte const>> pieces)
{
    for (auto const piece : pieces)
        if (!write_all(file, piece))
            return false;
    return set_usual_mode(file) && fsync(file) == 0;
}

} // namespace

Result<> replace_file(std::filesystem::path const& file,
                      std::initializer_list<std::span<std::byte const>> pieces)
{
    std::string name = file.string() + ".XXXXXX";
    Descriptor const made(mkstemp(name.data()));
    if (made.get() < 0)
        return fail("cannot write '{}': {}", file.string(), std::strerror(errno));
    if (!write_new(made.get(), pieces) || std::rename(name.c_str(), file.c_str()) != 0) {
        int const reason = errno;
        unlink(name.c_str());
        return fail("cannot write '{}': {}", file.string(), std::strerror(reason));
    }
    auto const folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    Descriptor const directory(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory.get() >= 0)
        fsync(directory.get());
    return {};
}

} // namespace pagelab
