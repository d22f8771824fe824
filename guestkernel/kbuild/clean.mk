# Removes from one folder and those below it what the other parts make.
include $(kbuild)/lib.mk
include $(kbuild)/kbuild-file.mk

made := $(wildcard $(foreach m,$(modules:.o=),$(m).o $(m).ko $(m).mod.c $(m).mod.o) $(parts) \
        $(addprefix $(obj)/,modules.order Module.symvers .*.cmd .*.d $(clean-files)))

.PHONY: clean_here $(folders)
.DEFAULT_GOAL := clean_here
clean_here: $(folders)
	$(if $(made),$(if $(Q),@echo '  CLEAN   $(obj)'))
	$(if $(made),$(Q)rm -f $(made))
$(folders):
	$(Q)$(MAKE) -f $(kbuild)/clean.mk obj=$@
