/* print.c - see print.h. */
#include "cli/print.h"

#include <stdlib.h>
#include <string.h>

/* Reals in a table are for the eye: 15 digits show 0.1 as 0.1. --json gives the exact text. */
enum { COMPACT = JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15), COLUMN_LIMIT = 16 };

char *print_json(const json_t *value, size_t flags)
{
    size_t size = json_dumpb(value, NULL, 0, flags);
    char *text = size ? malloc(size + 1) : NULL;
    if (text)
        text[json_dumpb(value, text, size, flags)] = '\0';
    return text;
}

/* The text of a value in a cell: strings as they are, null as nothing; new. */
static char *cell_text(const json_t *value)
{
    if (!value || json_is_null(value))
        return strdup("");
    if (json_is_string(value))
        return strdup(json_string_value(value));
    return print_json(value, COMPACT);
}

static bool begins_character(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

/* Characters that `text` takes on a terminal. */
static int text_width(const char *text)
{
    int width = 0;
    for (; *text; text++)
        width += begins_character(*text);
    return width;
}

static void print_cell(const char *text, int width)
{
    printf("| %s%*s ", text, width - text_width(text), "");
}

static void print_rule(const int *widths, size_t count)
{
    for (size_t c = 0; c < count; c++) {
        putchar('+');
        for (int i = 0; i < widths[c] + 2; i++)
            putchar('-');
    }
    puts("+");
}

static void print_row(const struct column *columns, const json_t *row, const int *widths)
{
    for (size_t c = 0; columns[c].title; c++) {
        char *text = cell_text(json_object_get(row, columns[c].key));
        print_cell(text ? text : "?", widths[c]);
        free(text);
    }
    puts("|");
}

void print_table(const struct column *columns, const json_t *rows, const char *things)
{
    int widths[COLUMN_LIMIT] = {0};
    size_t count = 0, index;
    const json_t *row;
    for (; columns[count].title; count++) {
        widths[count] = text_width(columns[count].title);
        json_array_foreach(rows, index, row)
        {
            char *text = cell_text(json_object_get(row, columns[count].key));
            if (text && text_width(text) > widths[count])
                widths[count] = text_width(text);
            free(text);
        }
    }
    print_rule(widths, count);
    for (size_t c = 0; c < count; c++)
        print_cell(columns[c].title, widths[c]);
    puts("|");
    print_rule(widths, count);
    json_array_foreach(rows, index, row) print_row(columns, row, widths);
    if (json_array_size(rows))
        print_rule(widths, count);
    count = json_array_size(rows);
    printf("%zu %.*s\n", count, (int)strlen(things) - (count == 1), things);
}

/* Print `text`, its further lines below the first. */
static void print_lines(const char *text, int indent)
{
    for (; *text; text++) {
        putchar(*text);
        if (*text == '\n')
            printf("%*s", indent, "");
    }
    putchar('\n');
}

void print_record(const json_t *object)
{
    const char *key;
    json_t *value;
    int width = 0;
    json_object_foreach((json_t *)object, key, value) width =
        text_width(key) > width ? text_width(key) : width;
    json_object_foreach((json_t *)object, key, value)
    {
        char *text = cell_text(value);
        printf("%s:%*s ", key, width - text_width(key), "");
        print_lines(text ? text : "?", width + 2);
        free(text);
    }
}

size_t text_prefix(const char *text, size_t length, size_t width)
{
    size_t end = 0;
    for (; end < length; end++) {
        if (begins_character(text[end]) && !width--)
            break;
    }
    return end;
}

const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

void print_quoted(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        if (strchr("\"\\", *text))
            putchar('\\');
        putchar(*text);
    }
    putchar('"');
}
