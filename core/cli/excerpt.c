/* excerpt.c - see excerpt.h. */
#include "cli/excerpt.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Of a longer line as much as this is shown around the place, in characters. */
enum { WINDOW = 100, BEFORE = 60 };

/* Whether `c` is a byte within a UTF-8 character. */
static bool continues(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The text `count` characters after `text`, at most its end. */
static const char *skip(const char *text, int count)
{
    while (*text && count > 0) {
        text++;
        while (continues(*text))
            text++;
        count--;
    }
    return text;
}

static void print_window(const char *text, int column)
{
    int first = column > BEFORE ? column - BEFORE : 0;
    const char *from = skip(text, first), *end = skip(from, WINDOW);
    fputs(first ? "    ..." : "    ", stdout);
    for (; from < end; from++)
        putchar((unsigned char)*from < ' ' ? ' ' : *from);
    puts(*end ? "..." : "");
    printf("%*s^\n", (first ? 7 : 4) + column - 1 - first, "");
}

/* Only what can be read again: not what came through a pipe. */
static FILE *open_regular(const char *file)
{
    struct stat status;
    return !stat(file, &status) && S_ISREG(status.st_mode) ? fopen(file, "re") : NULL;
}

void excerpt_print(const char *file, int line, int column)
{
    FILE *in = line > 0 ? open_regular(file) : NULL;
    char *text = NULL;
    size_t size = 0;
    ssize_t length = 0;
    if (!in)
        return;
    for (int i = 0; i < line && length >= 0; i++)
        length = getline(&text, &size, in);
    if (length > 0) {
        text[strcspn(text, "\r\n")] = '\0';
        print_window(text, column > 0 ? column : 1);
    }
    free(text);
    fclose(in);
}
