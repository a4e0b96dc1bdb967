# SPDX-License-Identifier: MIT
#
# Everything that is made lies under $(BUILD).  Settings, on the command line or
# in config.local.mk:
#
#   V=1           show the commands          prefix=DIR    where to install
#   DEVELOPER=1   warnings are errors        DESTDIR=DIR   staging directory
#   SHARED=1      the program uses libops.so and the libraries of the system; else
#                 what has an archive is linked in: it starts in half the time
#   SANITIZE=address,undefined               shared, built and tested in its own folder

-include config.local.mk

VERSION := $(shell cat VERSION)
SOVERSION = 0

BUILD ?= build$(if $(SANITIZE),/san)
prefix ?= /usr/local
bindir ?= $(prefix)/bin
libdir ?= $(prefix)/lib
includedir ?= $(prefix)/include
mandir ?= $(prefix)/share/man
pkgconfigdir ?= $(libdir)/pkgconfig
bashcompdir ?= $(prefix)/share/bash-completion/completions
zshcompdir ?= $(prefix)/share/zsh/site-functions
fishcompdir ?= $(prefix)/share/fish/vendor_completions.d

# How the program finds libops.so: beside itself, as in build/, or in the lib
# directory beside its own, as installed.  Distributions set it empty.
RPATH ?= $$ORIGIN:$$ORIGIN/../lib

# What signs commits: run by this path, whatever PATH or a configuration says.
SSH_KEYGEN ?= $(or $(shell command -v ssh-keygen),/usr/bin/ssh-keygen)

PKG_CONFIG ?= pkg-config
INSTALL ?= install
PACKAGES = libgit2 zlib yaml-0.1 libcjson libmd libcrypto
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PACKAGES) check 2>/dev/null)
PKG_LIBS := $(shell $(PKG_CONFIG) --libs $(PACKAGES) 2>/dev/null)
CHECK_LIBS := $(shell $(PKG_CONFIG) --libs check 2>/dev/null)
UTIL_LIBS := $(shell $(PKG_CONFIG) --libs libcjson libmd 2>/dev/null)

CFLAGS ?= -O2 -g
WARNINGS = -Wall -Wextra -pedantic -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wvla -Wformat=2 -Wundef \
	$(if $(DEVELOPER),-Werror)
# Beside the sanitizer of addresses, which says where a program stopped, that of undefined
# behaviour only stops it: its own messages are megabytes that every start goes through.
comma = ,
SANITIZERS = $(subst $(comma), ,$(SANITIZE))
SANITIZE_FLAGS = $(if $(SANITIZE),-fsanitize=$(SANITIZE) \
	-fno-sanitize-recover=undefined -fno-omit-frame-pointer \
	$(and $(filter address,$(SANITIZERS)),$(filter undefined,$(SANITIZERS)),\
	-fsanitize-undefined-trap-on-error))
COMPILE = $(CC) -std=c11 -D_GNU_SOURCE -DOPS_VERSION='"$(VERSION)"' \
	-DOPS_SSH_KEYGEN='"$(SSH_KEYGEN)"' \
	$(WARNINGS) $(CPPFLAGS) $(CFLAGS) $(SANITIZE_FLAGS) -MMD -MP
LINK = $(CC) $(CFLAGS) $(SANITIZE_FLAGS) -pthread $(LDFLAGS)

# What the compiler lets each part see.  The library is compiled hidden, but for
# what the public headers declare (lib/export.h); commands see the public
# headers, their own and lib/util.
LIB_FLAGS = -Ilib -Iinclude $(PKG_CFLAGS) -fPIC -fvisibility=hidden \
	-fno-semantic-interposition -include lib/export.h -pthread
CMD_FLAGS = -Iinclude -Icmd -I$(BUILD)/cmdinc
UNIT_FLAGS = -Ilib -Iinclude -It/unit $(PKG_CFLAGS)

LIB_SRC := $(wildcard lib/*/*.c)
CMD_SRC := $(wildcard cmd/*.c)
DATA := $(wildcard lib/model/*.yaml)
HEADERS := include/ops.h $(wildcard include/ops/*.h)
MAN := $(wildcard docs/*.[1-8])
HELPER_SRC := $(wildcard t/helper/*.c)
UNIT_SRC := $(wildcard t/unit/u-*.c)
FUZZ_SRC := $(wildcard t/fuzz/fuzz-*.c)

DATA_OBJ := $(DATA:lib/model/%.yaml=$(BUILD)/gen/%.o)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o) $(DATA_OBJ) $(BUILD)/gen/rules-digest.o
UTIL_OBJ := $(filter $(BUILD)/lib/util/%,$(LIB_OBJ))
CMD_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(filter-out cmd/notls.c,$(CMD_SRC))) $(BUILD)/gen/rules.o
HELPERS := $(HELPER_SRC:t/helper/%.c=$(BUILD)/t/%)
UNITS := $(UNIT_SRC:t/unit/%.c=$(BUILD)/t/%)
EXAMPLES := $(patsubst %.c,$(BUILD)/%,$(wildcard examples/api/*.c))
SCRIPTS := $(wildcard t/[0-9][0-9][0-9][0-9]-*.sh)
SLOW := $(wildcard t/slow/[0-9][0-9][0-9][0-9]-*.sh)

SONAME = libops.so.$(SOVERSION)
SOFILE = libops.so.$(VERSION)
PROGRAM = $(BUILD)/ops
LIBRARY = $(BUILD)/$(SOFILE)

ifeq ($(V),1)
Q =
say = @mkdir -p $(@D); :
else
Q = @
say = @mkdir -p $(@D); printf '  %-7s %s\n'
endif

# libops.so hides what lib/libops.sym does not list, and calls itself directly.
SO_LDFLAGS = -shared -Wl,-soname,$(SONAME) -Wl,--version-script=lib/libops.sym \
	-Wl,-Bsymbolic-functions $(if $(SANITIZE),,-Wl,--no-undefined)
# The program takes the place of some functions of mbedTLS and libssh2: see cmd/notls.c.
NOTLS = mbedtls_x509_crt_parse_file mbedtls_x509_crt_parse_path libssh2_init \
	mbedtls_havege_init mbedtls_havege_random

# The path of a library's archive; nothing where the system has none.
archive = $(filter /%,$(shell $(CC) -print-file-name=lib$(1).a))
SHARED ?= $(if $(SANITIZE),1,$(if $(call archive,git2),,1))

# The program with libops.so and the libraries of the system.
SHARED_OBJ = $(CMD_OBJ) $(BUILD)/cmd/notls.o
SHARED_DEPS = $(LIBRARY) $(BUILD)/libutil.a cmd/notls.list
SHARED_LDFLAGS = -Wl,--dynamic-list=cmd/notls.list
SHARED_LIBS = $(LIBRARY) $(BUILD)/libutil.a $(UTIL_LIBS)

ifneq ($(filter-out 0,$(SHARED)),)
PROGRAM_OBJ = $(SHARED_OBJ)
PROGRAM_DEPS = $(SHARED_DEPS)
PROGRAM_LDFLAGS = $(SHARED_LDFLAGS) $(if $(RPATH),-Wl$(comma)-rpath$(comma)'$(RPATH)')
PROGRAM_LIBS = $(SHARED_LIBS)
else
# Every library that has an archive is linked in, the others and the C library stay shared.
STATIC_LIBS := $(foreach l,$(patsubst -l%,%,$(filter -l%, \
	$(shell $(PKG_CONFIG) --static --libs $(PACKAGES) 2>/dev/null))), \
	$(if $(filter c m rt dl pthread,$(l)),-l$(l), \
	$(if $(call archive,$(l)),-l:lib$(l).a,-l$(l))))
PROGRAM_OBJ = $(CMD_OBJ) $(BUILD)/cmd/notls-static.o
PROGRAM_DEPS = $(BUILD)/libops.a
PROGRAM_LDFLAGS = $(NOTLS:%=-Wl$(comma)--wrap=%)
PROGRAM_LIBS = $(BUILD)/libops.a -Wl,--start-group $(STATIC_LIBS) -Wl,--end-group
endif

all: $(PROGRAM) $(BUILD)/git-ops $(LIBRARY) $(BUILD)/libops.a $(BUILD)/ops.pc

.PHONY: all check check-build check-unit check-shell check-style check-slow \
	check-valgrind test demo bench fuzz fuzz-programs deps install \
	uninstall dist distcheck clean force
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

# --- building ---

# Rebuilds everything when the flags or the version change.
$(BUILD)/flags: force
	@$(PKG_CONFIG) --exists $(PACKAGES) || { \
		echo "libraries are missing ($(PACKAGES)): run 'make deps'" >&2; \
		exit 3; }
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(COMPILE) $(LIB_FLAGS) $(CMD_FLAGS))' \
		'$(subst ','\'',$(LINK) $(PROGRAM_LDFLAGS) $(PROGRAM_LIBS))' >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(BUILD)/cmdinc/util:
	@mkdir -p $(@D)
	@ln -sfn $(CURDIR)/lib/util $@

$(BUILD)/lib/%.o: lib/%.c $(BUILD)/flags
	$(say) CC $<
	$(Q)$(COMPILE) $(LIB_FLAGS) -c -o $@ $<

$(BUILD)/cmd/%.o: cmd/%.c $(BUILD)/flags | $(BUILD)/cmdinc/util
	$(say) CC $<
	$(Q)$(COMPILE) $(CMD_FLAGS) -c -o $@ $<

# The built-in configuration becomes a tree in C, by a program of the build.
$(BUILD)/gen/embed: lib/embed.c \
		$(patsubst %.c,$(BUILD)/%.o,$(wildcard lib/text/yaml*.c)) $(BUILD)/libutil.a
	$(say) LINK $@
	$(Q)$(COMPILE) $(LIB_FLAGS) -o $@ $(filter %.c %.o %.a,$^) $(LDFLAGS) $(PKG_LIBS)

$(BUILD)/gen/%.c: lib/model/%.yaml $(BUILD)/gen/embed
	$(say) EMBED $<
	$(Q)$(BUILD)/gen/embed $< >$@

# What the manual says about rules, for those who see only their ids.
$(BUILD)/gen/rules.c: docs/ops-rules.7 cmd/rules.awk
	$(say) EMBED $<
	$(Q)awk -f cmd/rules.awk $< >$@

$(BUILD)/gen/rules.o: $(BUILD)/gen/rules.c $(BUILD)/flags cmd/rules.h
	$(Q)$(COMPILE) $(CMD_FLAGS) -c -o $@ $<

# What a verdict depends on: the digest of everything that judges.
JUDGES := $(sort $(LIB_SRC) $(DATA) $(wildcard lib/*/*.h) VERSION)
$(BUILD)/gen/rules-digest.c: $(JUDGES)
	@mkdir -p $(@D)
	$(Q)cat $(JUDGES) | sha256sum | \
		sed 's/^\([0-9a-f]*\).*/extern const char rules_digest[];\nconst char rules_digest[] = "\1";/' >$@

$(BUILD)/gen/%.o: $(BUILD)/gen/%.c $(BUILD)/flags
	$(Q)$(COMPILE) $(LIB_FLAGS) -c -o $@ $<

$(LIBRARY): $(LIB_OBJ) lib/libops.sym
	$(say) LINK $@
	$(Q)$(LINK) $(SO_LDFLAGS) -o $@ $(LIB_OBJ) $(PKG_LIBS)
	$(Q)ln -sf $(SOFILE) $(BUILD)/$(SONAME)
	$(Q)ln -sf $(SONAME) $(BUILD)/libops.so

$(BUILD)/libops.a: $(LIB_OBJ)
$(BUILD)/libutil.a: $(UTIL_OBJ)
$(BUILD)/%.a:
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) qcs $@ $^

$(BUILD)/cmd/notls-static.o: cmd/notls.c $(BUILD)/flags
	$(Q)mkdir -p $(@D) && $(COMPILE) $(CMD_FLAGS) -DOPS_STATIC -c -o $@ $<

$(PROGRAM): $(PROGRAM_OBJ) $(PROGRAM_DEPS)
	$(say) LINK $@
	$(Q)$(LINK) $(PROGRAM_LDFLAGS) -o $@ $(PROGRAM_OBJ) $(PROGRAM_LIBS)

# As a packager links it: for tests that put themselves between it and its libraries.
$(BUILD)/shared/ops: $(SHARED_OBJ) $(SHARED_DEPS)
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(LINK) $(SHARED_LDFLAGS) -Wl,-rpath,'$$ORIGIN/..' \
		-o $@ $(SHARED_OBJ) $(SHARED_LIBS)

$(BUILD)/git-ops: $(PROGRAM)
	$(Q)ln -sf ops $@

$(BUILD)/ops.pc: ops.pc.in VERSION $(BUILD)/flags
	$(Q)sed -e 's|@prefix@|$(prefix)|' -e 's|@libdir@|$(libdir)|' \
		-e 's|@includedir@|$(includedir)|' -e 's|@version@|$(VERSION)|' $< >$@

$(BUILD)/examples/%: examples/%.c $(HEADERS) $(LIBRARY)
	$(say) LINK $@
	$(Q)$(COMPILE) -Iinclude -o $@ $< $(SANITIZE_FLAGS) $(LIBRARY) \
		-Wl,-rpath,'$$ORIGIN/../..'

# --- testing ---

$(BUILD)/t/u-%: t/unit/u-%.c $(BUILD)/libops.a
	$(say) LINK $@
	$(Q)$(COMPILE) $(UNIT_FLAGS) -o $@ $< $(LDFLAGS) $(BUILD)/libops.a \
		$(CHECK_LIBS) $(PKG_LIBS)

$(HELPERS): $(BUILD)/t/%: t/helper/%.c $(BUILD)/libops.a
	$(say) LINK $@
	$(Q)$(COMPILE) $(UNIT_FLAGS) -o $@ $< $(LDFLAGS) $(BUILD)/libops.a \
		$(PKG_LIBS)

JOBS ?= $(shell nproc 2>/dev/null || echo 2)
RUN = CC='$(CC)' CXX='$(CXX)' OPS_BUILD='$(abspath $(BUILD))' \
	OPS_SANITIZE='$(SANITIZE)' sh t/run -j $(JOBS)

# The fuzz targets in one program that gives them single files.
FUZZ_NAMES := $(FUZZ_SRC:t/fuzz/fuzz-%.c=%)
REPLAY := $(BUILD)/t/replay
REPLAY_OBJ := $(FUZZ_NAMES:%=$(BUILD)/t/fuzz/%.o)

$(BUILD)/t/fuzz/%.o: t/fuzz/fuzz-%.c $(BUILD)/flags
	$(say) CC $<
	$(Q)$(COMPILE) $(UNIT_FLAGS) -DLLVMFuzzerTestOneInput=fuzz_$* -c -o $@ $<

$(REPLAY): t/fuzz/standalone.c $(REPLAY_OBJ) $(BUILD)/libops.a
	$(say) LINK $@
	$(Q)$(COMPILE) $(UNIT_FLAGS) -DTARGETS='$(foreach n,$(FUZZ_NAMES),X($(n)))' -o $@ $< \
		$(REPLAY_OBJ) $(LDFLAGS) $(BUILD)/libops.a $(PKG_LIBS)

# Loaded into a program, to let its allocations fail.
$(BUILD)/t/alloc-fault.so: t/crash/alloc-fault.c $(BUILD)/flags
	$(say) LINK $@
	$(Q)mkdir -p $(@D) && $(COMPILE) -shared -fPIC -o $@ $<

check-build: all $(HELPERS) $(UNITS) $(EXAMPLES) $(REPLAY) $(BUILD)/t/alloc-fault.so $(BUILD)/shared/ops

# The longest first: no processor waits for one of them at the end.
check: check-build
	$(Q)$(RUN) $(filter t/94%,$(SCRIPTS)) $(UNITS) $(filter-out t/94%,$(SCRIPTS))

check-unit: $(UNITS)
	$(Q)$(RUN) $^

check-shell: check-build
	$(Q)$(RUN) $(SCRIPTS)

check-style: check-build
	$(Q)$(RUN) $(wildcard t/00[0-9][0-9]-*.sh)

check-slow: check-build
	$(Q)$(RUN) $(SLOW)

check-valgrind: check-build
	$(Q)OPS_VALGRIND=1 $(RUN) $(UNITS) $(filter-out t/00%,$(SCRIPTS))

# The first things a newcomer runs: they fetch what is missing, then begin
# again, so that the new libraries are seen.
test: deps
	$(Q)$(MAKE) --no-print-directory check

demo: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)OPS='$(abspath $(PROGRAM))' sh examples/demo.sh

deps:
	$(Q)sh .ci/deps

bench: check-build
	$(Q)OPS_BUILD='$(abspath $(BUILD))' sh t/bench/run
	$(Q)OPS_BUILD='$(abspath $(BUILD))' sh t/bench/agents
	$(Q)OPS_BUILD='$(abspath $(BUILD))' sh t/bench/plan
	$(Q)OPS_BUILD='$(abspath $(BUILD))' sh t/bench/check

FUZZ_SECONDS ?= 60
fuzz:
	$(Q)$(MAKE) --no-print-directory CC=clang BUILD=build/fuzz \
		SANITIZE=fuzzer-no-link,address,undefined fuzz-programs
	$(Q)for f in $(FUZZ_SRC:t/fuzz/%.c=%); do mkdir -p build/fuzz/found/$$f && \
		build/fuzz/t/$$f -max_total_time=$(FUZZ_SECONDS) \
			-artifact_prefix=build/fuzz/found/$$f- build/fuzz/found/$$f \
			$$(ls -d t/corpus/$$f 2>/dev/null) || exit 1; done

fuzz-programs: $(FUZZ_SRC:t/fuzz/%.c=$(BUILD)/t/%)

$(BUILD)/t/fuzz-%: t/fuzz/fuzz-%.c $(BUILD)/libops.a
	$(say) LINK $@
	$(Q)$(COMPILE) $(UNIT_FLAGS) -fsanitize=fuzzer -o $@ $< \
		$(BUILD)/libops.a $(PKG_LIBS)

# --- installing ---

DIRS = $(bindir) $(bashcompdir) $(zshcompdir) $(fishcompdir) \
	$(sort $(foreach m,$(MAN),$(mandir)/man$(subst .,,$(suffix $(m))))) \
	$(libdir) $(includedir)/ops $(pkgconfigdir)

install: all
	$(Q)$(INSTALL) -d $(DIRS:%='$(DESTDIR)%')
	$(Q)$(INSTALL) $(PROGRAM) '$(DESTDIR)$(bindir)/ops'
	$(Q)ln -sf ops '$(DESTDIR)$(bindir)/git-ops'
	$(Q)$(INSTALL) $(LIBRARY) '$(DESTDIR)$(libdir)/$(SOFILE)'
	$(Q)ln -sf $(SOFILE) '$(DESTDIR)$(libdir)/$(SONAME)'
	$(Q)ln -sf $(SONAME) '$(DESTDIR)$(libdir)/libops.so'
	$(Q)$(INSTALL) -m 644 include/ops.h '$(DESTDIR)$(includedir)'
	$(Q)$(INSTALL) -m 644 $(wildcard include/ops/*.h) '$(DESTDIR)$(includedir)/ops'
	$(Q)$(INSTALL) -m 644 $(BUILD)/ops.pc '$(DESTDIR)$(pkgconfigdir)'
	$(Q)for m in $(MAN); do $(INSTALL) -m 644 $$m \
		'$(DESTDIR)$(mandir)'/man$${m##*.} || exit 1; done
	$(Q)$(PROGRAM) completion bash >'$(DESTDIR)$(bashcompdir)/ops'
	$(Q)$(PROGRAM) completion zsh >'$(DESTDIR)$(zshcompdir)/_ops'
	$(Q)$(PROGRAM) completion fish >'$(DESTDIR)$(fishcompdir)/ops.fish'

# Removes what install put there, and of the folders the one only we use.
uninstall:
	$(Q)cd '$(DESTDIR)/' && rm -f $(patsubst /%,'%',$(bindir)/ops $(bindir)/git-ops \
		$(libdir)/$(SOFILE) $(libdir)/$(SONAME) $(libdir)/libops.so \
		$(HEADERS:include/%=$(includedir)/%) $(pkgconfigdir)/ops.pc \
		$(bashcompdir)/ops $(zshcompdir)/_ops $(fishcompdir)/ops.fish \
		$(foreach m,$(MAN),$(mandir)/man$(subst .,,$(suffix $(m)))/$(notdir $(m))))
	$(Q)rmdir '$(DESTDIR)$(includedir)/ops' 2>/dev/null || :

# --- releasing ---

TARBALL = $(BUILD)/ops-$(VERSION).tar.gz

dist: $(TARBALL)

$(TARBALL): force
	@mkdir -p $(@D)
	$(Q)git ls-files -co --exclude-standard | sort | tar -czf $@ -T - \
		--owner=0 --group=0 --transform 's|^|ops-$(VERSION)/|'

distcheck: $(TARBALL)
	$(Q)MAKE='$(MAKE)' sh .ci/distcheck $(TARBALL) ops-$(VERSION)

clean:
	rm -rf $(BUILD)

-include $(LIB_OBJ:.o=.d) $(SHARED_OBJ:.o=.d) $(REPLAY_OBJ:.o=.d) $(HELPERS:=.d) $(UNITS:=.d) $(EXAMPLES:=.d)
