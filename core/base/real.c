/* real.c - see real.h. */
#include "base/real.h"

#include <locale.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t plain;

static void make_plain(void)
{
    plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* For this thread only, until uselocale() is given the result. */
static locale_t use_plain(void)
{
    pthread_once(&once, make_plain);
    return uselocale(plain);
}

size_t real_text(double value, char text[REAL_TEXT_SIZE])
{
    locale_t before = use_plain();
    int length = 0;
    for (int precision = 15; precision <= 17; precision++) {
        length = snprintf(text, REAL_TEXT_SIZE, "%.*g", precision, value);
        if (strtod(text, NULL) == value)
            break;
    }
    uselocale(before);
    if (!strpbrk(text, ".eEn")) {
        memcpy(text + length, ".0", 3);
        length += 2;
    }
    return (size_t)length;
}

const char *real_read(const char *text, double *value)
{
    char *end;
    locale_t before = use_plain();
    *value = strtod(text, &end);
    uselocale(before);
    return end;
}
