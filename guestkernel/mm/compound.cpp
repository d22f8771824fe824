// Making and unmaking compound pages.
#include "guestkernel/mm/compound.hpp"

namespace pagelab::mm {

void prep_compound_page(page& head, unsigned order)
{
    set_page_flag(head, PG_head);
    for (unsigned long i = 1; i < 1ul << order; i++) {
        page& tail = *(&head + i);
        tail.mapping = reinterpret_cast<address_space*>(TAIL_MAPPING);
        tail.compound_head = reinterpret_cast<unsigned long>(&head) + 1;
    }
    page& first_tail = *(&head + 1);
    first_tail.compound_dtor = COMPOUND_PAGE_DTOR;
    first_tail.compound_order = static_cast<unsigned char>(order);
}

void destroy_compound_page(page& head, unsigned order)
{
    clear_page_flag(head, PG_head);
    for (unsigned long i = 1; i < 1ul << order; i++) {
        page& tail = *(&head + i);
        tail.mapping = nullptr;
        tail.compound_head = 0;
    }
}

} // namespace pagelab::mm
