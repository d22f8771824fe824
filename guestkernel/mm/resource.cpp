// Insertion finds the place from the root down and takes what the new range covers as children.
#include "guestkernel/mm/resource.hpp"

namespace pagelab::mm {

namespace {

bool holds(resource const& outer, resource const& inner)
{
    return outer.start <= inner.start && outer.end >= inner.end;
}

bool overlap(resource const& a, resource const& b)
{
    return a.start <= b.end && b.start <= a.end;
}

// The sibling of `entry` below `parent` that holds it and is larger, or null.
resource* holder_below(resource& parent, resource const& entry)
{
    for (resource* child = parent.child; child != nullptr; child = child->sibling) {
        if (holds(*child, entry) && !holds(entry, *child))
            return child;
    }
    return nullptr;
}

} // namespace

Result<> insert_resource(resource& root, resource& entry)
{
    if (entry.start > entry.end || !holds(root, entry))
        return Error{"resource lies outside the tree"};
    resource* parent = &root;
    while (resource* const inner = holder_below(*parent, entry))
        parent = inner;
    for (resource* child = parent->child; child != nullptr; child = child->sibling) {
        if (overlap(*child, entry) && !holds(entry, *child))
            return Error{"resource overlaps another in part"};
    }
    resource** link = &parent->child;
    while (*link != nullptr && (*link)->end < entry.start)
        link = &(*link)->sibling;
    resource** last = link; // behind the children that `entry` takes over
    while (*last != nullptr && holds(entry, **last)) {
        (*last)->parent = &entry;
        last = &(*last)->sibling;
    }
    resource* const rest = *last;
    *last = nullptr;
    entry.child = last == link ? nullptr : *link;
    entry.sibling = rest;
    entry.parent = parent;
    *link = &entry;
    return {};
}

Result<> insert_e820_resources(resource& root, resource* nodes, e820_table const& table)
{
    for (unsigned i = 0; i < table.nr_entries; i++) {
        E820Entry const& e = table.entries[i];
        nodes[i] = make_resource(PhysAddr(e.address), PhysAddr(e.address + (e.size - 1)),
                                 e820_type_name(e.type));
        TRY(insert_resource(root, nodes[i]));
    }
    return {};
}

} // namespace pagelab::mm
