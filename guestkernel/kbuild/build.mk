# The objects of one folder and those below it; modules.order lists its modules.
#
# A part of several modules is compiled once, for the first. Source: Linux 6.1
# scripts/Makefile.build, Makefile.lib (flags and names).
.DEFAULT_GOAL := all_objects
include $(kbuild)/lib.mk
include $(kbuild)/kbuild-file.mk

export subdir-ccflags-y subdir-asflags-y

# The module a part belongs to: KBUILD_MODNAME is that of the whole.
owner_of = $(firstword $(foreach m,$(composite),\
    $(if $(filter $(1),$(call parts_of,$(call stem_of,$(m)))),$(m))) $(1))
name_of = $(subst -,_,$(basename $(notdir $(1))))
base = $(basename $(notdir $@))
relative = $(patsubst $(obj)/%,%,$@)
removed = $(CFLAGS_REMOVE_$(relative)) $(ccflags-remove-y)
own_flags = $(EXTRA_CFLAGS) $(ccflags-y) $(ccflags-m) $(subdir-ccflags-y) $(CFLAGS_$(relative))
names = -DKBUILD_MODNAME='"$(call name_of,$(call owner_of,$@))"' \
        -DKBUILD_BASENAME='"$(subst -,_,$(base))"'
dependencies = -MMD -MP -MF $(dot_target).d
flags = @$(PAGELAB_KBUILD)/$(arch).flags

quiet_cmd_cc = CC [M]  $@
cmd_cc = $(CC) $(dependencies) $(flags) $(filter-out $(removed),$(own_flags)) $(names) \
         -c $< -o $@
quiet_cmd_as = AS [M]  $@
cmd_as = $(CC) $(dependencies) $(filter --target=% -m%,$(shell cat $(PAGELAB_KBUILD)/$(arch).flags)) \
         -D__ASSEMBLY__ -I$(PAGELAB_KBUILD) $(EXTRA_AFLAGS) $(asflags-y) $(subdir-asflags-y) \
         $(AFLAGS_$(relative)) -c $< -o $@
quiet_cmd_whole = LD [M]  $@
cmd_whole = $(LD) -r -o $@ $(call parts_of,$(call stem_of,$@))

$(single) $(parts): $(obj)/%.o: $(obj)/%.c $(PAGELAB_KBUILD)/$(arch).flags FORCE
	$(call if_changed,cc)
$(obj)/%.o: $(obj)/%.S FORCE
	$(call if_changed,as)
.SECONDEXPANSION:
$(composite): %: $$(call parts_of,$$(call stem_of,$$@)) FORCE
	$(call if_changed,whole)

PHONY_folders := $(addsuffix /.below,$(folders))
.PHONY: $(PHONY_folders) all_objects
$(PHONY_folders):
	$(Q)$(MAKE) -f $(kbuild)/build.mk obj=$(@:/.below=)

all_objects: $(modules) $(PHONY_folders)
	@{ for module in $(modules); do echo $$module; done; \
	   for folder in $(folders); do cat $$folder/modules.order; done; } > $(obj)/modules.order

-include $(foreach o,$(modules) $(parts),$(dir $(o)).$(notdir $(o)).cmd)
