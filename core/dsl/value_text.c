/* value_text.c - strings that say a value of another type (values.h). */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/real.h"
#include "dsl/values.h"

enum { NUMBER_LENGTH_LIMIT = 400 };

/* `text` without the space around it and without single '_' between digits, as numbers may be
 * written; new, or NULL if it is none or too long to be one. */
static char *plain_number(const char *text, const char *letters)
{
    size_t length = strlen(text), used = 0;
    while (length && isspace((unsigned char)text[length - 1]))
        length--;
    while (length && isspace((unsigned char)*text))
        text++, length--;
    char *plain = length && length < NUMBER_LENGTH_LIMIT ? malloc(length + 1) : NULL;
    for (size_t i = 0; plain && i < length; i++) {
        bool separates = text[i] == '_' && i && isdigit((unsigned char)text[i - 1]) &&
                         isdigit((unsigned char)text[i + 1]);
        if (separates)
            continue;
        plain[used++] = text[i];
        if (!strchr(letters, text[i])) {
            free(plain);
            return NULL;
        }
    }
    if (plain)
        plain[used] = 0;
    return plain;
}

static json_t *integer_from(const char *text)
{
    char *plain = plain_number(text, "0123456789+-"), *end = NULL;
    errno = 0;
    long long number = plain ? strtoll(plain, &end, 10) : 0;
    json_t *value = plain && end > plain && !*end && !errno ? json_integer(number) : NULL;
    free(plain);
    return value;
}

static json_t *real_from(const char *text)
{
    char *plain = plain_number(text, "0123456789+-.eE");
    double number = 0;
    const char *end = plain ? real_read(plain, &number) : NULL;
    json_t *value = end && end > plain && !*end && isfinite(number) ? json_real(number) : NULL;
    free(plain);
    return value;
}

json_t *value_from_text(const char *type, const json_t *value)
{
    const char *text = json_string_value(value);
    json_t *said = NULL;
    if (text && !strcmp(type, "integer"))
        said = integer_from(text);
    else if (text && !strcmp(type, "float"))
        said = real_from(text);
    else if (text && !strcmp(type, "boolean") && (!strcmp(text, "true") || !strcmp(text, "false")))
        said = json_boolean(*text == 't');
    return said ? said : json_incref((json_t *)value);
}
