// A palette and rows of its numbers, given to libpng's simplified interface, which neither throws
// nor jumps.
#include "emu/picture/picture.hpp"

#include <png.h>

namespace pagelab::picture {

Result<std::string> png_file(Picture const& picture, unsigned scale)
{
    uint64_t const width = uint64_t{picture.curve.width()} * scale;
    uint64_t const height = uint64_t{picture.curve.height()} * scale;
    if (scale == 0 || width * height >= uint64_t{1} << 31)
        return fail("a picture of {} x {} pixels is too large", width, height);
    std::vector<uint8_t> pixels(width * height);
    for (uint64_t position = 0; position < picture.classes.size(); ++position) {
        Cell const cell = picture.curve.cell_of(position);
        for (unsigned row = 0; row < scale; ++row)
            std::fill_n(pixels.begin() +
                            static_cast<ptrdiff_t>((uint64_t{cell.y} * scale + row) * width +
                                                   uint64_t{cell.x} * scale),
                        scale, picture.classes[position]);
    }
    std::vector<uint8_t> palette;
    for (LegendClass const& type : picture.legend.classes)
        for (unsigned const shift : {16u, 8u, 0u})
            palette.push_back(static_cast<uint8_t>(type.colour >> shift));
    png_image image = {};
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(width);
    image.height = static_cast<png_uint_32>(height);
    image.format = PNG_FORMAT_RGB_COLORMAP;
    image.colormap_entries = static_cast<png_uint_32>(picture.legend.classes.size());
    std::string file(PNG_IMAGE_PNG_SIZE_MAX(image), '\0');
    png_alloc_size_t size = file.size();
    int const done =
        png_image_write_to_memory(&image, file.data(), &size, 0, pixels.data(), 0, palette.data());
    png_image_free(&image);
    if (done == 0)
        return fail("libpng: {}", image.message);
    file.resize(size);
    return file;
}

} // namespace pagelab::picture
