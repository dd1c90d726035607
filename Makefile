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
DATA := json json_scan json_number json_locate json_write yaml
RECORDS := store problem
SCHEDULE := policy chain obligation task schedule
OUTPUT := output
HISTORY := history
JSONSCHEMA := jsonschema
SCHEMA := kind check
WATCHER := main

CORE_SRC := $(BASE:%=core/base/%.c) $(DATA:%=core/data/%.c) $(RECORDS:%=core/records/%.c) \
            $(SCHEDULE:%=core/schedule/%.c) $(OUTPUT:%=core/output/%.c) $(HISTORY:%=core/history/%.c)
SCHEMA_SRC := $(JSONSCHEMA:%=schema/jsonschema/%.c) $(SCHEMA:%=schema/%.c)
WATCHER_SRC := $(WATCHER:%=watcher/%.c)
LIB_SRC := $(CORE_SRC) $(SCHEMA_SRC)
LIB_OBJ = $(LIB_SRC:%.c=$(BUILD)/%.o) $(BUILD)/embedded.o

all: $(BUILD)/qbis
