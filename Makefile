# SPDX-License-Identifier: GPL-2.0-or-later
# Q-BIS: `make help` lists the targets. Honours CC CFLAGS LDFLAGS PREFIX DESTDIR BUILD.

BUILD  ?= build
PREFIX ?= /usr/local
CC     ?= cc
CFLAGS ?= -O2 -g
VERSION := 0.1.0

# A bare Debian 12 has git, make and a C compiler; `make deps` brings the rest, each group where it is needed.
PACKAGES := libc6-dev pkg-config gettext libgit2-dev libcjson-dev libyaml-dev libinotifytools0-dev libpcre2-dev \
            libidn2-dev libunistring-dev libical-dev libxlsxwriter-dev zlib1g-dev libssl-dev libcmocka-dev git openssh-client syncthing python3 python3-icalendar python3-openpyxl tidy \
            vim-tiny unison rsync libreoffice-calc-nogui khal locales libfaketime clang-format cppcheck shellcheck mandoc
PACKAGES_VALGRIND := valgrind
# Node.js of somebody else's (which brings an npm of its own) will do.
NODE = $(if $(shell command -v node),,nodejs) $(if $(shell command -v npm),,npm)
PACKAGES_BENCH    = $(NODE)
PACKAGES_BROWSER  = chromium fonts-dejavu-core $(NODE)
PACKAGES_PICTURES := libreoffice-calc-nogui poppler-utils webp
PACKAGES_FUZZ     := clang libclang-rt-14-dev llvm

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 -Wwrite-strings -Wconversion
ifdef CI
WARN += -Werror
endif
LIBS := libgit2 libcjson yaml-0.1 libpcre2-8 libidn2 zlib libical xlsxwriter libcrypto
# Asked only once the packages are there: `make deps` itself must run without pkg-config.
LIB_CFLAGS = $(shell pkg-config --cflags $(LIBS))
LIB_LDLIBS = $(shell pkg-config --libs $(LIBS)) -linotifytools -lunistring -lm -pthread
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -DQB_VERSION='"$(VERSION)"' -I. -I$(BUILD) $(WARN) $(LIB_CFLAGS) $(CFLAGS)

BASE := err mem buf map date file batch utf8 cells embed text
DATA := json json_scan json_fault json_keys json_value json_number json_locate json_write fold yaml yaml_scalar yaml_fault csv csv_text csv_guard
RECORDS := settings store shape summary problem
SCHEDULE := order policy policy_fixed policy_since_last policy_csp1 policy_csp2 policy_csp3 policy_skip_lot \
            replay continuous chain obligation task schedule figures
OUTPUT := output piece json facility csv problems notice note html html_worklist html_page html_markup html_escape date_words phrase ical xlsx workbook svg months timeline facility_html problems_html monthly monthly_html monthly_xlsx
HISTORY := crypto sign anchors repository mend objects loose pack delta packs naming repack stream sha1 path tree update commit index log whole push trail merge
JSONSCHEMA := automaton compile dialect evaluate evaluate_containers faults formats formats_host formats_idn formats_time formats_uri keywords loops make_object names pattern quote regex regex_set report resources uri values
SCHEMA := kind kind_source kind_gather kind_problem settings check extract cross link formats markdown kind_text kind_words kind_page kind_editor \
          value value_number value_date draft columns mapping
# The parts of the daemon that unit tests are linked with, too.
WATCH_PARTS := monthly notify mounts settle lock ignore progress signals conflict excerpt portable
WATCHER := main say state report office past folder cache scan look intake dispute copies putback hold names notes publish render journal pass upkeep daemon worklist editor \
           anchor reason mirror place rollup keys backthen expected audit audit_objects audit_commits audit_folder authors log_text log_json log_page \
           entrust answer entry tryout fresh ask choices sheet filter \
           cmd_init cmd_new cmd_import cmd_export cmd_kinds cmd_watch cmd_check cmd_schedule cmd_simulate cmd_validate cmd_log \
           cmd_show cmd_restore cmd_resolve cmd_audit cmd_push cmd_rollup cmd_status cmd_accept cmd_git \
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
EMBED := $(KINDS) schema/every_record.yaml schema/settings.yaml schema/mapping.yaml $(wildcard schema/jsonschema/meta/*.json) core/output/page.css core/output/page.js \
         $(shell find examples/belawan/records -name '*.json' | LC_ALL=C sort)
CATALOGUES := id en
# What the pages' content security policy lets in: the hashes of style and script.
HASHES := core/output/page.css.sha256 core/output/page.js.sha256
EMBEDDED := $(CATALOGUES:%=po/%.mo) $(EMBED) $(HASHES)

$(BUILD)/%.sha256: %
	@mkdir -p $(@D)
	@sha256sum < $< | cut -c -64 | tr a-f A-F | basenc --base16 --decode | base64 | tr -d '\n' > $@

$(BUILD)/po/%.mo: $(wildcard po/*/*.po)
	@mkdir -p $(@D)
	@LC_ALL=C.UTF-8 msgcat --use-first -o $(BUILD)/po/$*.po po/$*/*.po
	msgfmt --check-format -o $@ $(BUILD)/po/$*.po

# One assembler file with every embedded file behind a label, and the table of them.
$(BUILD)/embedded.S: Makefile $(EMBED)
	@mkdir -p $(@D)
	@{ n=0; printf '\t.section .rodata\n'; \
	   for f in $(EMBEDDED); do n=$$((n+1)); p=$$f; case $$f in po/*|*.sha256) p=$(BUILD)/$$f;; esac; \
	     printf '\t.balign 8\nname%d:\n\t.asciz "%s"\n\t.balign 8\nbytes%d:\n\t.incbin "%s"\nend%d:\n\t.byte 0\n' $$n $$f $$n $$p $$n; done; \
	   printf '\t.section .data.rel.ro,"aw"\n\t.balign 8\n\t.globl qb_embedded_files\nqb_embedded_files:\n'; \
	   i=0; while [ $$i -lt $$n ]; do i=$$((i+1)); printf '\t.quad name%d, bytes%d, end%d\n' $$i $$i $$i; done; \
	   printf '\t.globl qb_embedded_count\n\t.balign 8\nqb_embedded_count:\n\t.quad %d\n\t.section .note.GNU-stack,"",@progbits\n' $$n; } > $@

$(BUILD)/embedded.o: $(BUILD)/embedded.S $(EMBED) $(HASHES:%=$(BUILD)/%) $(CATALOGUES:%=$(BUILD)/po/%.mo)
	$(CC) -c -o $@ $<

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/libqbis.a: $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/qbis: $(WATCHER_SRC:%.c=$(BUILD)/%.o) $(BUILD)/libqbis.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LDLIBS)

# --- packages ---
# Cheap when all is there: one question to dpkg.
define need
	@missing=$$(for p in $(1); do dpkg-query -W -f '$${db:Status-Status}' $$p 2>/dev/null | grep -qx installed || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	  sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; echo "installing:" $$missing; \
	  $$sudo apt-get update -q && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing; \
	fi
endef

deps:
	$(call need,$(PACKAGES))

# What drives a real browser: of npm, by a lock file, outside of the tracked tree.
deps-browser:
	$(call need,$(PACKAGES_BROWSER))
	+@$(MAKE) --no-print-directory $(BUILD)/browser/installed

$(BUILD)/browser/installed: tests/browser/package.json tests/browser/package-lock.json
	@mkdir -p $(@D)
	cp $^ $(@D)
	npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# --- tests ---
UNIT := $(basename $(notdir $(wildcard tests/unit/test_*.c)))
SUITE := $(basename $(notdir $(wildcard tests/suite/suite_*.c)))
FUZZ := json summary yaml csv value kind settings schema pattern formats record escape terminal trail ignore number tree
TEST_PROGRAMS = $(UNIT:%=$(BUILD)/tests/%) $(SUITE:%=$(BUILD)/tests/%) $(FUZZ:%=$(BUILD)/tests/suite_fuzz_%)
SHARED ?= ../shared

$(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(WATCH_PARTS:%=$(BUILD)/watcher/%.o) $(BUILD)/libqbis.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LDLIBS) -lcmocka

$(BUILD)/tests/%: $(BUILD)/tests/suite/%.o $(BUILD)/libqbis.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LDLIBS)

# A fuzz target as a test: it runs the inputs that are kept for it.
$(BUILD)/tests/suite_fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o tests/fuzz/replay.c $(BUILD)/libqbis.a
	$(CC) $(ALL_CFLAGS) -DCORPUS='"tests/fuzz/corpus/$*"' $(LDFLAGS) -o $@ $(filter %.c %.o,$^) $(BUILD)/libqbis.a $(LIB_LDLIBS)

# The same for libFuzzer.
$(BUILD)/fuzzers/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/libqbis.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $(filter %.o,$^) $(BUILD)/libqbis.a $(LIB_LDLIBS)

$(BUILD)/tests/suite_fuzz_ignore $(BUILD)/fuzzers/fuzz_ignore: $(BUILD)/watcher/ignore.o
$(BUILD)/tests/suite_fuzz_terminal $(BUILD)/fuzzers/fuzz_terminal: $(BUILD)/watcher/say.o $(BUILD)/watcher/excerpt.o

tests: $(BUILD)/qbis $(TEST_PROGRAMS)

# The packages first, then everything else in a second make, which can ask pkg-config.
check: deps deps-browser
	+$(MAKE) tests
	tests/run --build $(BUILD) --shared $(SHARED) --browser $(BUILD)/browser

ASAN := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all
check-asan: deps deps-browser
	+$(MAKE) BUILD=$(BUILD)/asan CFLAGS="$(ASAN)" tests
	tests/run --build $(BUILD)/asan --shared $(SHARED) --browser $(BUILD)/browser

check-valgrind: deps deps-browser
	$(call need,$(PACKAGES_VALGRIND))
	+$(MAKE) tests
	tests/run --build $(BUILD) --shared $(SHARED) --browser $(BUILD)/browser --valgrind

# TIME is for all targets together, in seconds; TARGET names some of FUZZ.
TIME ?= 600
TARGET ?= $(FUZZ)
FUZZ_CFLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
fuzz: deps
	$(call need,$(PACKAGES_FUZZ))
	+$(MAKE) BUILD=$(BUILD)/fuzz CC=clang CFLAGS="$(FUZZ_CFLAGS)" fuzzers
	tests/fuzz/run --build $(BUILD)/fuzz --time $(TIME) $(TARGET)

fuzzers: $(TARGET:%=$(BUILD)/fuzzers/fuzz_%)

# Writes what stands beside the golden folders anew; then read the diff.
golden: deps
	+$(MAKE) all
	QBIS=$(abspath $(BUILD))/qbis QBIS_SHARED=$(abspath $(SHARED)) python3 tests/e2e/test_golden.py --write
	git diff --stat -- tests/golden

# Two machines at work for a while, with a sync engine between them: SOAK_SEED repeats a run.
SOAK_MINUTES ?= 30
soak: deps
	+$(MAKE) all
	QBIS=$(abspath $(BUILD))/qbis QBIS_SHARED=$(abspath $(SHARED)) PYTHONDONTWRITEBYTECODE=1 \
	  python3 tests/soak/soak.py --minutes $(SOAK_MINUTES) $(if $(SOAK_SEED),--seed $(SOAK_SEED))

# How large history is after many edits: GROWTH_EDITS=100000 is a year.
GROWTH_EDITS ?= 2000
growth: deps
	+$(MAKE) all
	tests/bench/growth --qbis $(abspath $(BUILD))/qbis --edits $(GROWTH_EDITS)

demo: deps
	+$(MAKE) all
	examples/demo $(BUILD)/qbis

bench: deps
	$(call need,$(PACKAGES_BENCH))
	+$(MAKE) all
	+$(MAKE) $(BUILD)/evaluate
	tests/bench/bench --qbis $(BUILD)/qbis --work $(BUILD)/bench

# Evaluation alone, beside the program.
$(BUILD)/evaluate: $(BUILD)/tests/bench/evaluate.o $(BUILD)/libqbis.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIB_LDLIBS)

# --- documentation ---
# Pages that are the program's own words; `make check` compares them with what it says.
docs: deps
	+$(MAKE) all
	$(BUILD)/qbis --language en kinds --markdown --shipped > $(BUILD)/page.md && mv $(BUILD)/page.md docs/reference-kinds.md
	$(BUILD)/qbis --language id kinds --markdown --shipped > $(BUILD)/page.md && mv $(BUILD)/page.md docs/rujukan-jenis.md

# What docs/img shows; look at it before it is committed.
pictures: deps deps-browser
	$(call need,$(PACKAGES_PICTURES))
	+$(MAKE) all
	QBIS_BROWSER=$(abspath $(BUILD))/browser docs/pictures --qbis $(BUILD)/qbis

# --- order in the house ---
C_FILES = $(shell git ls-files '*.c' '*.h')

format:
	clang-format -i $(C_FILES)

lint: deps
	tests/lint $(C_FILES)

# --- installing ---
install: all
	install -D -m 755 $(BUILD)/qbis $(DESTDIR)$(PREFIX)/bin/qbis
	install -D -m 644 man/qbis.1 $(DESTDIR)$(PREFIX)/share/man/man1/qbis.1

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/qbis $(DESTDIR)$(PREFIX)/share/man/man1/qbis.1

dist:
	git archive --prefix=qbis-$(VERSION)/ -o qbis-$(VERSION).tar.gz HEAD

help:
	@printf '%s\n' \
	  'make                 build/qbis' \
	  'make demo            shows the main job, from edit to history' \
	  'make check           all tests' \
	  'make check-asan      all tests with AddressSanitizer and UBSan' \
	  'make check-valgrind  all tests under valgrind' \
	  'make fuzz            fuzzes every target: TIME=600 seconds in all, TARGET=json for one' \
	  'make soak            two machines with Syncthing between them: SOAK_MINUTES=30, SOAK_SEED repeats a run' \
	  'make growth          history after GROWTH_EDITS=2000 edits, beside git gc --aggressive' \
	  'make golden          writes the expected outputs of tests/golden anew: read the diff' \
	  'make bench           measures, each beside its yardstick' \
	  'make lint            format, warnings, include directions, cppcheck, shellcheck, catalogues' \
	  'make docs            writes the pages in docs/ that come from the program' \
	  'make pictures        takes the pictures of docs/img anew' \
	  'make format          clang-format over all C files' \
	  'make deps            installs the Debian packages that the others need' \
	  'make install         PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)' \
	  'make dist            a source archive of HEAD'

clean:
	rm -rf $(BUILD)

.PHONY: all deps deps-browser tests check check-asan check-valgrind fuzz fuzzers golden soak growth demo bench format lint docs pictures install uninstall dist help clean
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
