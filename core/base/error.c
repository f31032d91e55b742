/* error.c - see error.h. */
#include "base/error.h"

#include <stdio.h>
#include <string.h>

#include "base/url.h"
#include "base/utf8.h"

/* `length`: what vsnprintf() has said of the text. */
static void mend(struct error *err, int length)
{
    bool cut = length >= (int)sizeof err->text;
    utf8_repair(err->text, cut);
    url_conceal(err->text, cut);
}

bool error_vset(struct error *err, enum error_code code, const char *fmt, va_list args)
{
    if (err->code != ERROR_NONE)
        return false;
    int length = vsnprintf(err->text, sizeof err->text, fmt, args);
    mend(err, length);
    err->code = code;
    return false;
}

bool error_set(struct error *err, enum error_code code, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    error_vset(err, code, fmt, args);
    va_end(args);
    return false;
}

bool error_nomem(struct error *err)
{
    return error_set(err, ERROR_NOMEM, "out of memory");
}

void error_context(struct error *err, const char *fmt, ...)
{
    char text[sizeof err->text];
    memcpy(text, err->text, sizeof text);
    va_list args;
    va_start(args, fmt);
    int length = vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    int room = (int)sizeof err->text - length;
    if (length >= 0 && room > 0)
        length += snprintf(err->text + length, (size_t)room, ": %s", text);
    mend(err, length);
}

void error_clear(struct error *err)
{
    err->code = ERROR_NONE;
    err->text[0] = '\0';
}
