/* print.c - see print.h. */
#include "cli/print.h"

#include <stdlib.h>
#include <string.h>

/* Reals in a table are for the eye: 15 digits show 0.1 as 0.1. --json gives the exact text. */
enum { COMPACT = JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15), COLUMN_LIMIT = 16 };

/* The text of a value in a cell: strings as they are, null as nothing; new. */
static char *cell_text(const json_t *value)
{
    if (!value || json_is_null(value))
        return strdup("");
    if (json_is_string(value))
        return strdup(json_string_value(value));
    return json_dumps(value, COMPACT);
}

/* Characters that `text` takes on a terminal: bytes that begin a UTF-8 character. */
static int text_width(const char *text)
{
    int width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
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
    printf("%zu %s\n", json_array_size(rows), things);
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
        printf("%s:%*s %s\n", key, width - text_width(key), "", text ? text : "?");
        free(text);
    }
}

static const char *member(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static const char *last_part(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* "[webserver_a1b2c3.start] " or "[source->target|establish] ", or nothing. */
static void print_who(FILE *out, const json_t *context)
{
    const char *operation = last_part(member(context, "operation"));
    const char *node = member(context, "node_id"), *source = member(context, "source_id");
    if (*source)
        fprintf(out, "[%s->%s%s%s] ", source, member(context, "target_id"), *operation ? "|" : "",
                operation);
    else if (*node || *operation)
        fprintf(out, "[%s%s%s] ", node, *node && *operation ? "." : "", operation);
}

static void print_indented(FILE *out, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        fprintf(out, "    %.*s\n", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

static void print_causes(FILE *out, const json_t *causes)
{
    size_t index;
    const json_t *cause;
    json_array_foreach(causes, index, cause)
    {
        const char *traceback = member(cause, "traceback");
        if (json_array_size(causes) > 1)
            fprintf(out, "    cause %zu of %zu: %s: %s\n", index + 1, json_array_size(causes),
                    member(cause, "type"), member(cause, "message"));
        print_indented(out, traceback);
    }
}

void print_event(FILE *out, const json_t *record, bool verbose)
{
    bool is_log = !strcmp(member(record, "type"), "cloudify_log");
    const char *level = member(record, "level");
    const json_t *context = json_object_get(record, "context");
    if (is_log && !strcmp(level, "debug") && !verbose)
        return;
    char time[32];
    snprintf(time, sizeof time, "%.23s", member(record, "timestamp"));
    if (strlen(time) > 10)
        time[10] = ' ';
    fprintf(out, "%s  %s <%s> ", time, is_log ? "LOG" : "CFY", member(context, "deployment_id"));
    print_who(out, context);
    if (is_log)
        for (; *level; level++)
            fputc(*level >= 'a' && *level <= 'z' ? *level - 'a' + 'A' : *level, out);
    fprintf(out, "%s%s\n", is_log ? ": " : "", member(json_object_get(record, "message"), "text"));
    print_causes(out, json_object_get(context, "task_error_causes"));
}
