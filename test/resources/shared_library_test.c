/* shared_library_test.c - a library is loaded once, with all its functions or not at all. */
#include "resources/shared_library.h"

#include <string.h>

#include "../check.h"

static double (*cosine)(double);
static void (*nowhere)(void);

static const struct shared_symbol present[] = {{"cos", &cosine}};
static const struct shared_symbol absent[] = {{"cos", &cosine}, {"no_such_function", &nowhere}};

static void test_loaded(void)
{
    struct error err = {0};
    struct shared_library library = {
        .name = "libm.so.6", .package = "libc6", .symbols = present, .symbol_count = 1};
    CHECK(shared_library_load(&library, &err) && cosine(0) == 1, "its function can be called");
    cosine = NULL;
    CHECK(shared_library_load(&library, &err) && !cosine, "it is not loaded a second time");
}

static void test_missing(struct shared_library library, const char *expected)
{
    for (int attempt = 1; attempt <= 2; attempt++) {
        struct error err = {0};
        bool loaded = shared_library_load(&library, &err);
        CHECK(!loaded && err.code == ERROR_UNSUPPORTED && !strcmp(err.text, expected),
              "attempt %d says '%s'", attempt, err.text);
    }
}

int main(void)
{
    test_loaded();
    test_missing((struct shared_library){.name = "libnowhere.so.1", .package = "libnowhere1"},
                 "this needs libnowhere.so.1 (Debian: libnowhere1), which cannot be loaded");
    test_missing((struct shared_library){.name = "libm.so.6",
                                         .package = "libc6",
                                         .symbols = absent,
                                         .symbol_count = sizeof absent / sizeof *absent},
                 "this needs libm.so.6 (Debian: libc6), which cannot be loaded");
    return checks_done();
}
