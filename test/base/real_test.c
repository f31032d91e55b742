/* real_test.c - reals keep their value through text, in any locale. */
#include "base/real.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../check.h"

static void test_real(double value, const char *expected)
{
    char text[REAL_TEXT_SIZE];
    double again = 0;
    real_text(value, text);
    CHECK(!strcmp(text, expected), "a real prints as %s (got %s)", expected, text);
    const char *end = real_read(text, &again);
    CHECK(!*end && again == value, "and reads back");
}

static void test_reals(void)
{
    test_real(0.1, "0.1");
    test_real(2.0, "2.0");
    test_real(1e300, "1e+300");
    test_real(1.0 / 3.0, "0.3333333333333333");
    test_real(-5e-324, "-4.94065645841247e-324");
}

static bool has_comma(const char *name)
{
    return setlocale(LC_NUMERIC, name) && !strcmp(localeconv()->decimal_point, ",");
}

/* A locale that writes 0,1: an installed one, or else one made here. */
static bool set_comma(const char *directory)
{
    char command[256];
    if (has_comma("de_DE.UTF-8") || has_comma("fr_FR.UTF-8"))
        return true;
    snprintf(command, sizeof command,
             "localedef --no-archive -i de_DE -f UTF-8 %s/de_DE.UTF-8 >%s/log 2>&1", directory,
             directory);
    return system(command) == 0 && setenv("LOCPATH", directory, 1) == 0 && has_comma("de_DE.UTF-8");
}

static void test_locale(void)
{
    char directory[] = "/tmp/real_test.XXXXXX", command[64];
    if (mkdtemp(directory) && set_comma(directory)) {
        test_reals();
        CHECK(!strcmp(localeconv()->decimal_point, ","), "the host's locale stays as it was");
    } else {
        printf("# no locale with a decimal comma: not tested\n");
    }
    snprintf(command, sizeof command, "rm -rf %s", directory);
    CHECK(system(command) == 0, "the locale is removed");
}

int main(void)
{
    double value;
    const char *none = "x1";
    test_reals();
    CHECK(real_read(none, &value) == none, "what is no number ends where it begins");
    test_locale();
    return checks_done();
}
