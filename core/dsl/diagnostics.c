/* diagnostics.c - see diagnostics.h. */
#include "dsl/diagnostics.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/url.h"
#include "base/utf8.h"
#include "dsl/diagnostic_codes.h"

enum { DEFAULT_LIMIT = 100 };

#define DIAGNOSTIC_DEFINE(name, id, number) const struct diagnostic_code code_##name = {id, number};
DIAGNOSTIC_CODES(DIAGNOSTIC_DEFINE)
#undef DIAGNOSTIC_DEFINE

static bool grow(struct diagnostics *diagnostics)
{
    if (diagnostics->count < diagnostics->capacity)
        return true;
    size_t capacity = diagnostics->capacity ? diagnostics->capacity * 2 : 8;
    struct diagnostic *items = realloc(diagnostics->items, capacity * sizeof *items);
    if (!items)
        return false;
    diagnostics->items = items;
    diagnostics->capacity = capacity;
    return true;
}

/* A copy of `text` as UTF-8, URLs without passwords; NULL stays NULL. What cannot be copied marks
 * the whole as out of memory. */
static const char *keep(struct diagnostics *diagnostics, const char *text)
{
    char *copy = text ? arena_strdup(&diagnostics->arena, text) : NULL;
    if (text && !copy)
        diagnostics->nomem = true;
    if (copy) {
        utf8_repair(copy, false);
        url_conceal(copy, false);
    }
    return copy;
}

static const char *keep_format(struct diagnostics *diagnostics, const char *fmt, va_list args)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_vaddf(&text, fmt, args);
    const char *copy = text.failed ? NULL : keep(diagnostics, text.text);
    strbuf_release(&text);
    if (!copy)
        diagnostics->nomem = true;
    return copy ? copy : "out of memory";
}

static size_t limit_of(const struct diagnostics *diagnostics)
{
    return diagnostics->limit ? diagnostics->limit : DEFAULT_LIMIT;
}

static void record(struct diagnostics *diagnostics, const struct diagnostic_code *code,
                   enum diagnostic_severity severity, const struct diagnostic_place *place,
                   const char *hint, const char *fmt, va_list args)
{
    size_t *met = severity == DIAGNOSTIC_ERROR ? &diagnostics->errors : &diagnostics->warnings;
    if (++*met > limit_of(diagnostics))
        return;
    if (!grow(diagnostics)) {
        diagnostics->nomem = true;
        return;
    }
    struct diagnostic *item = &diagnostics->items[diagnostics->count++];
    *item = (struct diagnostic){.code = code, .severity = severity};
    if (place) {
        item->place = *place;
        item->place.file = keep(diagnostics, place->file);
        item->place.path = keep(diagnostics, place->path);
    }
    item->hint = keep(diagnostics, hint);
    item->message = keep_format(diagnostics, fmt, args);
}

bool diagnostics_add(struct diagnostics *diagnostics, const struct diagnostic_code *code,
                     const struct diagnostic_place *place, const char *hint, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    record(diagnostics, code, DIAGNOSTIC_ERROR, place, hint, fmt, args);
    va_end(args);
    return false;
}

void diagnostics_warn(struct diagnostics *diagnostics, const struct diagnostic_code *code,
                      const struct diagnostic_place *place, const char *hint, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    record(diagnostics, code, DIAGNOSTIC_WARNING, place, hint, fmt, args);
    va_end(args);
}

bool diagnostics_nomem(struct diagnostics *diagnostics)
{
    diagnostics->nomem = true;
    return false;
}

bool diagnostics_is_full(const struct diagnostics *diagnostics)
{
    return diagnostics->errors >= limit_of(diagnostics);
}

bool diagnostics_ok(const struct diagnostics *diagnostics)
{
    return !diagnostics->errors && !diagnostics->nomem;
}

void diagnostic_write(const struct diagnostic *diagnostic, struct strbuf *out)
{
    const struct diagnostic_place *place = &diagnostic->place;
    if (place->file)
        strbuf_adds(out, place->file);
    if (place->file && place->line > 0)
        strbuf_addf(out, ":%d:%d", place->line, place->column);
    if (place->file)
        strbuf_adds(out, ": ");
    if (diagnostic->severity == DIAGNOSTIC_WARNING)
        strbuf_adds(out, "warning: ");
    strbuf_adds(out, diagnostic->message);
    if (diagnostic->hint)
        strbuf_addf(out, " (%s)", diagnostic->hint);
}

static json_t *diagnostic_to_json(const struct diagnostic *diagnostic)
{
    const struct diagnostic_place *place = &diagnostic->place;
    const char *severity = diagnostic->severity == DIAGNOSTIC_ERROR ? "error" : "warning";
    return json_pack("{s:s, s:i, s:s, s:s, s:s?, s:i, s:i, s:s?, s:s?}", "code",
                     diagnostic->code->id, "number", diagnostic->code->number, "severity", severity,
                     "message", diagnostic->message, "file", place->file, "line", place->line,
                     "column", place->column, "path", place->path, "hint", diagnostic->hint);
}

json_t *diagnostics_to_json(const struct diagnostics *diagnostics)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < diagnostics->count; i++) {
        if (json_array_append_new(list, diagnostic_to_json(&diagnostics->items[i]))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static const struct diagnostic *first_error(const struct diagnostics *diagnostics)
{
    for (size_t i = 0; i < diagnostics->count; i++) {
        if (diagnostics->items[i].severity == DIAGNOSTIC_ERROR)
            return &diagnostics->items[i];
    }
    return NULL;
}

bool diagnostics_to_error(const struct diagnostics *diagnostics, const char *all, struct error *err)
{
    const struct diagnostic *first = first_error(diagnostics);
    if (diagnostics->nomem)
        return error_nomem(err);
    if (!first)
        return true;
    struct strbuf text = STRBUF_INIT;
    diagnostic_write(first, &text);
    if (diagnostics->errors > 1)
        strbuf_addf(&text, " (and %zu more error%s%s%s%s)", diagnostics->errors - 1,
                    diagnostics->errors > 2 ? "s" : "", all ? ": " : "", all ? all : "",
                    !all                      ? ""
                    : diagnostics->errors > 2 ? " shows them"
                                              : " shows it");
    error_set(err, ERROR_INVALID, "%s", text.text);
    strbuf_release(&text);
    return false;
}

void diagnostics_release(struct diagnostics *diagnostics)
{
    free(diagnostics->items);
    arena_release(&diagnostics->arena);
    *diagnostics = (struct diagnostics){0};
}
