# SPDX-License-Identifier: GPL-2.0-or-later
# Q-BIS: `make help` lists the targets. Honours CC CFLAGS LDFLAGS PREFIX DESTDIR BUILD.

BUILD  ?= build
PREFIX ?= /usr/local
CC     ?= cc
CFLAGS ?= -O2 -g
VERSION := 0.1.0

# A bare Debian 12 has git, make and a C compiler; `make deps` brings the rest.
PACKAGES_BUILD := pkg-config gettext libgit2-dev libcjson-dev libyaml-dev libinotifytools0-dev libpcre2-dev \
                  libidn2-dev zlib1g-dev
PACKAGES_TEST  := libcmocka-dev git jq python3 vim-tiny
PACKAGES_LINT  := clang-format cppcheck shellcheck mandoc
PACKAGES_ASAN  := clang libclang-rt-14-dev
PACKAGES_GRIND := valgrind
PACKAGES_BENCH := nodejs npm

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wwrite-strings -Wconversion
ifdef CI
WARN += -Werror
endif
LIBS := libgit2 libcjson yaml-0.1 libpcre2-8 libidn2 zlib
# Asked only once the packages are there: `make deps` itself must run without pkg-config.
LIB_CFLAGS = $(shell pkg-config --cflags $(LIBS))
LIB_LDLIBS = $(shell pkg-config --libs $(LIBS)) -linotifytools -lm -pthread
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -DQB_VERSION='"$(VERSION)"' -I. -I$(BUILD) $(WARN) $(LIB_CFLAGS) $(CFLAGS)

BASE := err mem buf map date file utf8 embed text
DATA := json json_scan json_fault json_keys json_value json_number json_locate json_write yaml yaml_scalar
RECORDS := settings store problem
SCHEDULE := order policy chain obligation task schedule
OUTPUT := output html html_markup html_escape date_words
HISTORY := history trail
JSONSCHEMA := jsonschema
SCHEMA := kind settings check cross link formats
# The parts of the daemon that unit tests are linked with, too.
WATCH_PARTS := notify settle lock ignore progress signals
WATCHER := main say report office folder scan intake publish journal pass daemon worklist \
           cmd_init cmd_watch cmd_check cmd_schedule cmd_validate cmd_log cmd_show cmd_status cmd_accept cmd_git \
           $(WATCH_PARTS)

CORE_SRC := $(BASE:%=core/base/%.c) $(DATA:%=core/data/%.c) $(RECORDS:%=core/records/%.c) \
            $(SCHEDULE:%=core/schedule/%.c) $(OUTPUT:%=core/output/%.c) $(HISTORY:%=core/history/%.c)
SCHEMA_SRC := $(JSONSCHEMA:%=schema/jsonschema/%.c) $(SCHEMA:%=schema/%.c)
WATCHER_SRC := $(WATCHER:%=watcher/%.c)
LIB_SRC := $(CORE_SRC) $(SCHEMA_SRC)
LIB_OBJ = $(LIB_SRC:%.c=$(BUILD)/%.o) $(BUILD)/embedded.o

all: $(BUILD)/qbis

# Files that become part of the program, known there by these names (core/base/embed.h).
KINDS := $(wildcard schema/kinds/*.yaml)
EMBED := $(KINDS) schema/settings.yaml $(wildcard schema/jsonschema/meta/*.json) core/output/page.css \
         $(shell find examples/belawan/records -name '*.json' | LC_ALL=C sort)
CATALOGUES := id en
EMBEDDED := $(EMBED) $(CATALOGUES:%=po/%.mo)

$(BUILD)/po/%.mo: po/%/*.po
	@mkdir -p $(@D)
	msgcat --use-first -o $(BUILD)/po/$*.po $^
	msgfmt --check-format --check-header -o $@ $(BUILD)/po/$*.po

# One assembler file with every embedded file behind a label, and the table of them.
$(BUILD)/embedded.S: Makefile $(EMBED)
	@mkdir -p $(@D)
	@{ n=0; printf '\t.section .rodata\n'; \
	   for f in $(EMBEDDED); do n=$$((n+1)); p=$$f; case $$f in po/*) p=$(BUILD)/$$f;; esac; \
	     printf '\t.balign 8\nname%d:\n\t.asciz "%s"\n\t.balign 8\nbytes%d:\n\t.incbin "%s"\nend%d:\n\t.byte 0\n' $$n $$f $$n $$p $$n; done; \
	   printf '\t.section .data.rel.ro,"aw"\n\t.balign 8\n\t.globl qb_embedded_files\nqb_embedded_files:\n'; \
	   i=0; while [ $$i -lt $$n ]; do i=$$((i+1)); printf '\t.quad name%d, bytes%d, end%d\n' $$i $$i $$i; done; \
	   printf '\t.globl qb_embedded_count\n\t.balign 8\nqb_embedded_count:\n\t.quad %d\n\t.section .note.GNU-stack,"",@progbits\n' $$n; } > $@

$(BUILD)/embedded.o: $(BUILD)/embedded.S $(EMBED) $(CATALOGUES:%=$(BUILD)/po/%.mo)
	$(CC) -c -o $@ $<

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/libqbis.a: $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/qbis: $(WATCHER_SRC:%.c=$(BUILD)/%.o) $(BUILD)/libqbis.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LDLIBS)

# --- tests ---
UNIT := $(basename $(notdir $(wildcard tests/unit/test_*.c)))

$(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(WATCH_PARTS:%=$(BUILD)/watcher/%.o) $(BUILD)/libqbis.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LDLIBS) -lcmocka

units: $(UNIT:%=$(BUILD)/tests/%)

clean:
	rm -rf $(BUILD)

.PHONY: all units clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
