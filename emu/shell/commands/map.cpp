// map: memory as a picture, one pixel a page.
#include <filesystem>

#include "emu/picture/html_page.hpp"
#include "emu/picture/picture.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/kernel_index.hpp"
#include "emu/shell/moments.hpp"
#include "emu/shell/output.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(Pages lie along a Hilbert curve, so that neighbours in memory are
neighbours in the picture, and an aligned block of 4^n pages is a square:

   0  1 14 15      a page of order 0 is a pixel, a free block of order 2 a square of 2 x 2,
   3  2 13 12      one of order 10 (MAX_ORDER - 1) a square of 32 x 32. Memory that does not
   4  7  8 11      fill a square is a row of up to four; holes between RAM are left out.
   5  6  9 10      Free memory is dim, used memory bright.

What FILE ends in says what it is: .png (one pixel a page), .svg (with its legend), or .html, one
file with zoom, search and what each page is. --by colours by use, zone, order (of free blocks),
type (of the pageblock), cache, or owner: a slab cache, a task, the caller of vmalloc, and with
page_owner=on whoever allocated the page. An .html has every --by, and with --frames a slider:
the guest runs in between.

EXAMPLES
  map ram.png
  map ram.svg --by order
  map ram.html --frames 40 --every 500000 --guest 'stress 20000 7'
)";

struct Options {
    std::string file;
    std::string by = "use";
    unsigned scale = 1;
    std::shared_ptr<Moments> moments;
};

Result<> write_picture(Options const& options, std::string const& format,
                       picture::Album const& album, picture::By by)
{
    if (format == ".html")
        return write_to_file(picture::html_page(album, by), options.file, false);
    picture::Picture const picture = picture::make_picture(album, by);
    std::string const bytes = format == ".svg" ? picture::svg_file(picture)
                                               : TRY(picture::png_file(picture, options.scale));
    return write_to_file(bytes, options.file, false);
}

Result<> add_moment(Session& session, picture::By by, picture::Album& album, uint64_t time_ns)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    guest::KernelIndex const* const index = TRY(kernel_index(session));
    auto const owners = by == picture::By::Owner ? guest::Owners::Records : guest::Owners::Marks;
    guest::FrameMap const map = TRY(guest::read_frame_map(*kernel, *index, owners));
    return album.add(moment_title(time_ns), map);
}

Result<Json> read(Session& session, Options const& options)
{
    std::string const format = std::filesystem::path(options.file).extension().string();
    if (format != ".png" && format != ".svg" && format != ".html")
        return fail("'{}' is no .png, .svg or .html file", options.file);
    auto const by = picture::parse_by(options.by);
    if (!by)
        return fail("--by: '{}' is none of use, zone, order, type, cache, owner", options.by);
    picture::Album album;
    auto const look = [&](uint64_t time_ns) { return add_moment(session, *by, album, time_ns); };
    TRY(for_each_moment(session, *options.moments, look));
    TRY(write_picture(options, format, album, *by));
    picture::HilbertRow const curve(album.last().size());
    Json classes = Json::array();
    for (picture::LegendClass const& type : picture::make_legend(album, *by).classes)
        if (type.pages != 0)
            classes.push_back({{"label", type.label},
                               {"colour", picture::css(type.colour)},
                               {"pages", type.pages}});
    return Json{{"file", options.file},
                {"by", options.by},
                {"width", curve.width()},
                {"height", curve.height()},
                {"pages", album.last().size()},
                {"moments", album.moments().size()},
                {"title", album.moments().back().title},
                {"classes", std::move(classes)}};
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("FILE", options->file, "what to write: .png, .svg or .html")->required();
    arguments.add_option("--by", options->by, "use, zone, order, type, cache or owner")
        ->capture_default_str();
    arguments.add_option("--scale", options->scale, "of a .png: pixels a page is wide and high")
        ->check(CLI::Range(1, 64));
    options->moments = add_moments(arguments, 1);
    return [options](Session& session) { return read(session, *options); };
}

std::string text(Json const& document)
{
    uint64_t const pages = document["pages"].get<uint64_t>();
    std::string result = fmt::format(
        "{}: {} x {}, {} pages by {}, {}\n", plain(document["file"]), plain(document["width"]),
        plain(document["height"]), pages, plain(document["by"]),
        document["moments"] == 1 ? "at " + plain(document["title"])
                                 : plain(document["moments"]) + " moments");
    for (Json const& type : document["classes"])
        result += fmt::format("  {}  {:<32} {:>9} {:>5.1f} %\n", plain(type["colour"]),
                              plain(type["label"]), plain(type["pages"]),
                              100 * type["pages"].get<double>() / static_cast<double>(pages));
    return result;
}

} // namespace

Command const kMap = {"map",
                      Group::Pictures,
                      "memory as a picture, one pixel a page: .png, .svg or .html",
                      kHelpText,
                      R"({"file": "string", "by": "string", "width": "number", "height": "number",
    "pages": "number", "moments": "number", "title": "string",
    "classes": [{"label": "string", "colour": "string", "pages": "number"}]})",
                      declare,
                      text,
                      Completes::Files};

} // namespace pagelab::shell
