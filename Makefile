# Cloudify runtime: a C core that hosts Lua plugins. The targets are explained in README.md.
PREFIX     ?= /usr/local
LIBEXECDIR ?= $(PREFIX)/libexec
DATADIR    ?= $(PREFIX)/share
DESTDIR    ?=
SANITIZE   ?=
CFLAGS     ?= -O2 -g
WARN       ?= -Wall -Wextra -Wshadow -Wstrict-prototypes -Werror
comma      := ,
BUILD      ?= build$(if $(SANITIZE),/sanitize-$(subst $(comma),-,$(SANITIZE)))
VERSION    := 0.1.0

PACKAGES := lua5.4 yaml-0.1 jansson libuv sqlite3 libpcre2-8 libsodium
CPPFLAGS += -D_GNU_SOURCE -Icore -I$(BUILD)/gen -DCLOUDIFY_VERSION='"$(VERSION)"' \
            -DCLOUDIFY_LIBEXECDIR='"$(LIBEXECDIR)/cloudify"' -DCLOUDIFY_DATADIR='"$(DATADIR)/cloudify"' \
            $(shell pkg-config --cflags $(PACKAGES))
LIBS      = $(shell pkg-config --libs $(PACKAGES)) -ldl -lm -lpthread
# Programs choose where JSON values have their memory: other code in the process shall not notice.
PROGRAM_LIBS = $(patsubst -ljansson,-l:libjansson.a -Wl$(comma)--exclude-libs$(comma)libjansson.a,$(LIBS))
SANITIZED = $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover -fno-omit-frame-pointer -DCLOUDIFY_SANITIZED)
CC_ALL    = $(CC) -std=c11 $(WARN) $(CPPFLAGS) $(CFLAGS) -fPIC -fvisibility=hidden $(SANITIZED)

LIBRARY  := $(BUILD)/libcloudify.a
LAYERS   := base yaml functions dsl deployment storage resources dispatch engine lua worker api kit cli ctx
GEN      := $(addprefix $(BUILD)/gen/,embedded_types.c embedded_lua.c embedded_template.c)
LUA      := $(shell find lua/cloudify -name '*.lua' 2>/dev/null | sort)
SCRIPT_LUA := $(wildcard plugins/script/script_runner/*.lua)
TEMPLATE := $(shell find plugins/template -type f | sort)
SCRIPT_FILES := $(patsubst plugins/script/%,$(BUILD)/script/%,plugins/script/ctx-sh \
            $(wildcard plugins/script/python/*/*.py))
LIB_SRC  := $(foreach l,$(filter-out worker kit cli ctx,$(LAYERS)),$(wildcard core/$(l)/*.c))
CTX_OBJ  := $(patsubst %.c,$(BUILD)/%.o,$(wildcard core/ctx/*.c))
WORKER_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard core/worker/*.c))
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o) $(GEN:.c=.o)
PROGRAMS := $(addprefix $(BUILD)/,libcloudify.so cfy cloudify-worker lua-runner script/ctx) $(SCRIPT_FILES)
TESTS    := $(patsubst %.c,$(BUILD)/%,$(wildcard test/*/*_test.c))
BENCH    := $(patsubst %.c,$(BUILD)/%,$(wildcard test/bench/*.c))
FLAT     := $(BUILD)/test/endurance/flat
FAIL_MALLOC := test/endurance/fail_malloc.so
CONFORM  := $(BUILD)/test/conformance
FUZZERS  := $(patsubst %.c,$(BUILD)/%,$(wildcard test/fuzz/*_fuzzer.c))
FUZZ_SECONDS ?= 60
ROUNDS   ?= 50
FLAT_ROUNDS ?= 1000

.PHONY: all setup test unit spec coverage demo check check-layers bench chaos flat out-of-memory valgrind fuzz reproducers docs install clean
all: $(PROGRAMS) $(TESTS) $(BENCH) $(CONFORM) $(FLAT)
reproducers: $(FUZZERS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC_ALL) -MMD -MP -c $< -o $@
$(BUILD)/gen/%.o: $(BUILD)/gen/%.c
	$(CC_ALL) -c $< -o $@
$(BUILD)/gen/types/types.yaml: tools/script.lua $(wildcard types/*)
	lua5.4 types/generate.lua $(@D)
$(BUILD)/gen/embedded_types.c: tools/embed.lua tools/script.lua $(BUILD)/gen/types/types.yaml
	lua5.4 $< $@ embedded_types $(foreach v,types types_1_4 types_1_3,$(v).yaml=$(BUILD)/gen/types/$(v).yaml)
$(BUILD)/gen/embedded_lua.c: tools/embed.lua tools/script.lua $(LUA) $(SCRIPT_LUA)
	@mkdir -p $(@D)
	lua5.4 $< --compile $@ embedded_lua $(foreach f,$(LUA),$(f:lua/%=%)=$(f)) \
	  $(foreach f,$(SCRIPT_LUA),$(f:plugins/script/%=%)=$(f))
$(BUILD)/gen/embedded_template.c: tools/embed.lua tools/script.lua $(TEMPLATE)
	@mkdir -p $(@D)
	lua5.4 $< $@ embedded_template $(foreach f,$(TEMPLATE),$(f:plugins/template/%=%)=$(f))

$(LIBRARY): $(LIB_OBJ)
	rm -f $@ && $(AR) rcs $@ $^
$(BUILD)/libcloudify.so: $(LIB_OBJ)
	$(CC_ALL) -shared -Wl,-soname,libcloudify.so.0 $^ $(LDFLAGS) $(LIBS) -o $@
$(BUILD)/cfy: $(patsubst %.c,$(BUILD)/%.o,$(wildcard core/cli/*.c)) $(LIBRARY)
$(BUILD)/cloudify-worker: $(WORKER_OBJ) $(LIBRARY)
$(BUILD)/lua-runner: $(patsubst %.c,$(BUILD)/%.o,$(wildcard core/kit/*.c)) $(LIBRARY)
# Scripts start it again and again: without shared libraries it starts in half the time.
$(BUILD)/script/ctx: $(CTX_OBJ) $(LIBRARY)
	@mkdir -p $(@D)
	$(CC_ALL) $(if $(SANITIZE),,-static) $^ $(LDFLAGS) $(shell pkg-config --static --libs jansson) -lm -o $@
$(SCRIPT_FILES): $(BUILD)/script/%: plugins/script/%
	@mkdir -p $(@D)
	cp $< $@
$(filter $(BUILD)/test/ctx/%,$(TESTS)): $(filter-out %/main.o,$(CTX_OBJ))
$(filter $(BUILD)/test/worker/%,$(TESTS)): $(filter-out %/main.o,$(WORKER_OBJ))
$(FLAT).o: CPPFLAGS += -DENDURANCE_FOLDER='"$(abspath test/endurance)"'
$(TESTS) $(BENCH) $(FLAT): $(BUILD)/%: $(BUILD)/%.o $(LIBRARY)
$(BUILD)/cfy $(BUILD)/cloudify-worker $(BUILD)/lua-runner $(TESTS) $(BENCH) $(FLAT):
	$(CC_ALL) -Wl,-E $^ $(LDFLAGS) $(PROGRAM_LIBS) -o $@
$(BUILD)/$(FAIL_MALLOC) $(BUILD)/test/valgrind/calls.so: $(BUILD)/%.so: %.c
	@mkdir -p $(@D)
	$(CC_ALL) -fvisibility=default -shared $< -o $@
$(CONFORM): $(wildcard test/conformance/*.[ch]) $(LIBRARY)
	@mkdir -p $(@D)
	$(CC_ALL) -DCONFORMANCE_PLUGINS='"$(abspath test/conformance/plugins)"' $(filter %.c %.a,$^) $(LDFLAGS) $(LIBS) -o $@

$(FUZZERS): $(BUILD)/%: $(BUILD)/%.o $(if $(LIBFUZZER),,$(BUILD)/test/fuzz/main.o) $(LIBRARY)
	$(CC_ALL) $(LIBFUZZER) $^ $(LDFLAGS) $(LIBS) -o $@

setup:
	tools/setup
demo: setup
	@$(MAKE) --no-print-directory all
	tools/demo $(BUILD)
test: setup
	@$(MAKE) --no-print-directory all check-layers
	test/run $(BUILD)
export SANITIZE
unit: all
	test/run $(BUILD) unit
spec: all
	test/run $(BUILD) spec
coverage: all
	tools/coverage $(BUILD) $(LUA) $(SCRIPT_LUA)
check: check-layers
	tools/check
check-layers:
	@tools/check-layers $(LAYERS)
bench: all
	test/bench/run $(BUILD) $(if $(FULL),--full) $(if $(ONLY),--only "$(ONLY)")
chaos:
	@$(MAKE) --no-print-directory BUILD=build/chaos CFLAGS="$(CFLAGS) -DCLOUDIFY_FAULTS" \
	  $(addprefix build/chaos/,cfy cloudify-worker lua-runner)
	build/chaos/lua-runner test/chaos/campaign.lua build/chaos $(ROUNDS) $(SEED)
flat: all
	test/endurance/run "$(abspath $(BUILD))" $(FLAT_ROUNDS)
out-of-memory:
	@$(MAKE) --no-print-directory BUILD=build/out-of-memory CFLAGS="$(CFLAGS) -DCLOUDIFY_SANITIZED" \
	  $(addprefix build/out-of-memory/,cfy cloudify-worker script/ctx $(FAIL_MALLOC))
	test/endurance/out-of-memory build/out-of-memory
valgrind:
	@$(MAKE) --no-print-directory BUILD=build/valgrind CFLAGS="$(CFLAGS) -DCLOUDIFY_SANITIZED" \
	  all build/valgrind/test/valgrind/calls.so
	test/valgrind/run build/valgrind
fuzz:
	@$(MAKE) --no-print-directory reproducers CC=clang BUILD=build/fuzz \
	  SANITIZE=address,undefined,fuzzer-no-link LIBFUZZER=-fsanitize=fuzzer
	test/fuzz/run build/fuzz $(FUZZ_SECONDS) $(notdir $(FUZZERS))
docs:
	lua5.4 tools/docs.lua $(BUILD)/docs
install: all
	tools/install "$(BUILD)" "$(DESTDIR)" "$(PREFIX)" "$(LIBEXECDIR)" "$(DATADIR)"
clean:
	rm -rf build
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
