# One folder's Kbuild or Makefile, and the lists that follow from it.
#
#   modules      FOLDER/foo.o for each foo.o of obj-m
#   single       those made of one source of their name
#   composite    those made of the parts in foo-y and foo-objs
#   folders      what obj-m and obj-y name with a slash at the end
src := $(obj)
obj-m :=
obj-y :=
kbuild_file := $(firstword $(wildcard $(obj)/Kbuild $(obj)/Makefile))
ifeq ($(kbuild_file),)
$(error $(obj) has neither Kbuild nor Makefile)
endif
include $(kbuild_file)

parts_of = $(addprefix $(obj)/,$($(1)-y) $($(1)-objs) $($(1)-m))
stem_of = $(patsubst $(obj)/%.o,%,$(1))
modules := $(addprefix $(obj)/,$(sort $(filter %.o,$(obj-m))))
composite := $(foreach m,$(modules),$(if $(call parts_of,$(call stem_of,$(m))),$(m)))
single := $(filter-out $(composite),$(modules))
folders := $(patsubst %/,$(obj)/%,$(sort $(filter %/,$(obj-m) $(obj-y))))
parts := $(sort $(foreach m,$(composite),$(call parts_of,$(call stem_of,$(m)))))
