// From entries to classes, and what the picture is called.
#include "emu/picture/picture.hpp"

namespace pagelab::picture {

Picture make_picture(Album const& album, By by)
{
    Picture picture{HilbertRow(album.last().size()), make_legend(album, by), {}, {}};
    picture.classes.reserve(album.last().size());
    for (uint32_t const entry : album.last())
        picture.classes.push_back(picture.legend.class_of(entry));
    picture.title = fmt::format("{} MiB by {}, at {}", album.last().size() >> (20 - kPageShift),
                                name(by), album.moments().back().title);
    return picture;
}

} // namespace pagelab::picture
