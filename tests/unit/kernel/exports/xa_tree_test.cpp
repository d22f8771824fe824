#include <map>
#include <memory>
#include <random>

#include <doctest/doctest.h>

#include "guestkernel/kernel/exports/xarray.hpp"

using namespace pagelab;
using namespace pagelab::kernel;

namespace {

using Model = std::map<unsigned long, std::unique_ptr<xa_node>>;

unsigned long taken_by_counting(Model const& model, unsigned long from)
{
    unsigned long taken = 0;
    while (model.contains(from + taken))
        taken++;
    return taken;
}

unsigned long count(lib::rb_node* link)
{
    return link != nullptr ? node_of(link)->count : 0;
}

void check_counts(lib::rb_node* link)
{
    if (link == nullptr)
        return;
    REQUIRE(count(link) == 1 + count(link->rb_left) + count(link->rb_right));
    check_counts(link->rb_left);
    check_counts(link->rb_right);
}

} // namespace

TEST_CASE("an xarray's tree does what a map does, and finds the first gap")
{
    constexpr unsigned kSteps = 20'000;
    for (unsigned seed = 1; seed <= 4; seed++) {
        CAPTURE(seed);
        unsigned long const range = seed % 2 == 0 ? 60 : 400; // dense, and with holes
        std::mt19937 random(seed);
        xarray xa = {};
        Model model;
        for (unsigned step = 0; step < kSteps; step++) {
            unsigned long const index = random() % range;
            auto const found = model.find(index);
            if (found != model.end() && random() % 3 == 0) {
                xa_unlink(xa, *found->second);
                model.erase(found);
            } else if (found == model.end()) {
                auto node = std::make_unique<xa_node>();
                node->index = index;
                xa_insert_node(xa, *node);
                model.emplace(index, std::move(node));
            }
            unsigned long const from = random() % range;
            auto const next = model.lower_bound(from);
            REQUIRE(xa_lower_bound(xa, from) ==
                    (next != model.end() ? next->second.get() : nullptr));
            REQUIRE(xa_taken_from(xa, from) == taken_by_counting(model, from));
            if (step % 1000 == 0) {
                REQUIRE(lib::rb_check(xa.xa_root) == nullptr);
                check_counts(xa.xa_root.rb_node);
            }
        }
    }
}

TEST_CASE("the last index there is")
{
    xarray xa = {};
    xa_node last = {};
    last.index = ~0ul;
    xa_insert_node(xa, last);
    CHECK(xa_taken_from(xa, ~0ul) == 1);
    CHECK(xa_taken_from(xa, ~0ul - 1) == 0);
    CHECK(xa_lower_bound(xa, 0) == &last);
}
