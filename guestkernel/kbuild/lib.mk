# What the other parts share: a command is run again when it, or what it reads, has changed.
#
# $(call if_changed,X) runs $(cmd_X), after saying $(quiet_cmd_X), and keeps the command and the
# files it read in .TARGET.cmd, which the next run includes.
include $(PAGELAB_KBUILD)/config.mk

comma := ,
empty :=
space := $(empty) $(empty)
squote := '
pound := \#

dot_target = $(dir $@).$(notdir $@)
escaped = $(subst $(pound),\$(pound),$(subst $$,$$$$,$(subst $(squote),'\'',$(1))))
one_word = $(subst $(space),$(empty)_,$(strip $(1)))
command_changed = $(filter-out $(call one_word,$(cmd_$(1))),$(call one_word,$(saved_$@)))\
                  $(filter-out $(call one_word,$(saved_$@)),$(call one_word,$(cmd_$(1))))
newer = $(filter-out FORCE,$?)
say = $(if $(Q),echo '  $(quiet_cmd_$(1))';)
if_changed = $(if $(strip $(newer) $(call command_changed,$(1)))$(if $(wildcard $@),,new),\
    @set -e; $(if $(Q),echo '  $(quiet_cmd_$(1))',echo '$(call escaped,$(cmd_$(1)))'); \
    $(cmd_$(1)); \
    { echo 'saved_$@ := $(call escaped,$(strip $(cmd_$(1))))'; \
      if [ -f $(dot_target).d ]; then cat $(dot_target).d; rm $(dot_target).d; fi; \
    } > $(dot_target).cmd,@:)

FORCE:
.PHONY: FORCE
