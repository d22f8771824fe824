# From the objects that modules.order lists to loadable modules: modpost, then the last link.
#
# Source: Linux 6.1 scripts/Makefile.modpost, Makefile.modfinal.
.DEFAULT_GOAL := all_modules
include $(kbuild)/lib.mk

objects := $(shell cat $(KBUILD_EXTMOD)/modules.order)
modules := $(objects:.o=.ko)
symvers := $(KBUILD_EXTMOD)/Module.symvers
known := $(PAGELAB_KBUILD)/$(arch).symvers $(KBUILD_EXTRA_SYMBOLS)
name_of = $(subst -,_,$(notdir $(1:.mod.o=)))

quiet_cmd_modpost = MODPOST $@
cmd_modpost = $(PAGELAB_BUILD)/emu/pagelab module modpost -o $@ $(addprefix -i ,$(known)) \
              --objects $(objects) && touch $@
quiet_cmd_cc = CC [M]  $@
cmd_cc = $(CC) @$(PAGELAB_KBUILD)/$(arch).flags -DKBUILD_MODNAME='"$(call name_of,$@)"' \
         -DKBUILD_BASENAME='"$(call name_of,$@)"' -c $< -o $@
quiet_cmd_ko = LD [M]  $@
cmd_ko = $(LD) -r -T $(PAGELAB_KBUILD)/module.lds -o $@ $(filter %.o,$^)

$(symvers): $(objects) $(known) FORCE
	$(if $(objects),$(call if_changed,modpost),@:)
$(objects:.o=.mod.c): %.mod.c: $(symvers)
	@:
$(objects:.o=.mod.o): %.mod.o: %.mod.c $(PAGELAB_KBUILD)/$(arch).flags FORCE
	$(call if_changed,cc)
$(modules): %.ko: %.o %.mod.o FORCE
	$(call if_changed,ko)

.PHONY: all_modules
.SECONDARY:
all_modules: $(symvers) $(modules)

-include $(foreach t,$(symvers) $(modules) $(objects:.o=.mod.o),$(dir $(t)).$(notdir $(t)).cmd)
