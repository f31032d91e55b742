/* lua_text.c - see lua_text.h. */
#include "dsl/lua_text.h"

#include <stddef.h>
#include <string.h>

/* The length of "[", any "=", "[" at `text`; 0: there is none. */
static size_t long_bracket(const char *text)
{
    if (*text != '[')
        return 0;
    size_t length = 1 + strspn(text + 1, "=");
    return text[length] == '[' ? length + 1 : 0;
}

/* Behind the closing bracket that fits the opening one at `text`, which is `opening` long. */
static char *behind_long(char *text, size_t opening)
{
    for (text += opening; *text; text++) {
        size_t length = 1 + strspn(text + 1, "=");
        if (*text == ']' && length + 1 == opening && text[length] == ']')
            return text + opening;
    }
    return text;
}

/* Behind the string that begins at `text`; one that is not closed ends with its line. */
static char *behind_string(char *text)
{
    char quote = *text++;
    while (*text && *text != quote && *text != '\n')
        text += text[0] == '\\' && text[1] ? 2 : 1;
    return *text == quote ? text + 1 : text;
}

static char *behind_comment(char *text)
{
    size_t opening = long_bracket(text + 2);
    return opening ? behind_long(text + 2, opening) : text + strcspn(text, "\n");
}

static void blank(char *from, const char *to)
{
    for (; from < to; from++) {
        if (*from != '\n')
            *from = ' ';
    }
}

void lua_text_blank_comments(char *text)
{
    while (*text) {
        size_t opening = long_bracket(text);
        if (!strncmp(text, "--", 2)) {
            char *end = behind_comment(text);
            blank(text, end);
            text = end;
        } else if (opening) {
            text = behind_long(text, opening);
        } else if (*text == '"' || *text == '\'') {
            text = behind_string(text);
        } else {
            text++;
        }
    }
}
