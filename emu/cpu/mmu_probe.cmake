# Unicorn's MMU as the oracle of tests/model; no part of the program.
pagelab_library(mmu_probe
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/mmu_probe.cpp ${CMAKE_CURRENT_LIST_DIR}/mmu_probe_engine.cpp
            ${CMAKE_CURRENT_LIST_DIR}/mmu_probe_stubs.cpp
    DEPS mmu LINK ${PAGELAB_UNICORN})
