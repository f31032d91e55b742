/* compiler.c - see compiler.h: reporting, and reading a checked tree. */
#include "dsl/compiler.h"

#include <stdarg.h>
#include <string.h>

#include "base/strbuf.h"
#include "functions/functions.h"

/* How much more than what is written types may bring: so that a small blueprint stays small. */
enum { INHERITED_LEAST = 500000, INHERITED_FACTOR = 10 };

void path_write(struct strbuf *out, const struct path *path)
{
    if (!path)
        return;
    path_write(out, path->up);
    if (!path->key)
        strbuf_addf(out, "[%zu]", path->index);
    else
        strbuf_addf(out, "%s%s", path->up ? "." : "", path->key);
}

__attribute__((format(printf, 7, 0))) static void record(struct compiler *c,
                                                         enum diagnostic_severity severity,
                                                         const struct diagnostic_code *code,
                                                         const struct yaml_node *at,
                                                         const struct path *path, const char *hint,
                                                         const char *fmt, va_list args)
{
    struct strbuf where = STRBUF_INIT, message = STRBUF_INIT;
    struct diagnostic_place place = {0};
    if (at) {
        struct yaml_mark mark = yaml_mark(at);
        place = (struct diagnostic_place){mark.file, mark.line, mark.column, NULL};
    }
    if (path) {
        path_write(&where, path);
        place.path = where.text;
    }
    strbuf_vaddf(&message, fmt, args);
    if (severity == DIAGNOSTIC_WARNING)
        diagnostics_warn(c->out, code, &place, hint, "%s", message.text);
    else
        diagnostics_add(c->out, code, &place, hint, "%s", message.text);
    strbuf_release(&where);
    strbuf_release(&message);
}

bool compiler_error(struct compiler *c, const struct diagnostic_code *code,
                    const struct yaml_node *at, const struct path *path, const char *hint,
                    const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    record(c, DIAGNOSTIC_ERROR, code, at, path, hint, fmt, args);
    va_end(args);
    return false;
}

void compiler_warn(struct compiler *c, const struct diagnostic_code *code,
                   const struct yaml_node *at, const struct path *path, const char *hint,
                   const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    record(c, DIAGNOSTIC_WARNING, code, at, path, hint, fmt, args);
    va_end(args);
}

bool compiler_nomem(struct compiler *c)
{
    return diagnostics_nomem(c->out);
}

bool compiler_charge(struct compiler *c, size_t values, const struct yaml_node *at,
                     const struct path *path)
{
    size_t limit = INHERITED_LEAST + INHERITED_FACTOR * c->document_weight;
    bool was_within = c->inherited_values <= limit;
    c->inherited_values += values;
    if (c->inherited_values <= limit)
        return true;
    if (was_within)
        compiler_error(
            c, &code_limit, at, path, NULL,
            "what types inherit and defaults of data types bring is more than %zu values,"
            " %d times what is written",
            limit, INHERITED_FACTOR);
    return false;
}

void *compiler_alloc(struct compiler *c, size_t size)
{
    void *memory = arena_alloc(&c->arena, size ? size : 1);
    if (!memory)
        compiler_nomem(c);
    return memory;
}

const char *compiler_hint(struct compiler *c, const struct suggestion *suggestion)
{
    if (!suggestion->best)
        return NULL;
    struct strbuf text = STRBUF_INIT;
    strbuf_addf(&text, "did you mean '%s'?", suggestion->best);
    const char *hint = arena_strdup(&c->arena, text.text);
    strbuf_release(&text);
    return hint;
}

const char *compiler_hint_from(struct compiler *c, const char *wanted, const struct map *known)
{
    struct suggestion suggestion;
    if (diagnostics_is_full(c->out))
        return NULL;
    suggestion_init(&suggestion, wanted);
    for (size_t i = 0; i < known->count; i++)
        suggestion_consider(&suggestion, known->entries[i].key);
    return compiler_hint(c, &suggestion);
}

static bool is_built_in(const char *type)
{
    static const char prefix[] = "cloudify.";
    return !strncmp(type, prefix, sizeof prefix - 1);
}

const char *compiler_type_hint(struct compiler *c, const char *wanted, const struct map *known)
{
    const char *hint = compiler_hint_from(c, wanted, known);
    if (hint || !is_built_in(wanted))
        return hint;
    for (size_t i = 0; i < known->count; i++) {
        if (is_built_in(known->entries[i].key))
            return NULL;
    }
    return "is 'imports: [cloudify/types/types.yaml]' missing?";
}

const struct entry *compiler_entry(const struct compiler *c, enum section section, const char *name)
{
    return map_get(&c->sections[section], name);
}

const struct yaml_node *field_of(const struct yaml_node *node, const char *key)
{
    if (!node || yaml_kind(node) != YAML_MAP)
        return NULL;
    const struct yaml_node *value = yaml_find(node, key);
    return value && yaml_kind(value) != YAML_NULL ? value : NULL;
}

const struct yaml_node *entry_field(const struct entry *entry, const char *key)
{
    const struct yaml_node *found = entry->parts ? NULL : field_of(entry->value, key);
    for (const struct entry_part *part = entry->parts; part && !found; part = part->next)
        found = field_of(part->value, key);
    return found;
}

const char *field_string(const struct yaml_node *node, const char *key, const char *fallback)
{
    const struct yaml_node *value = field_of(node, key);
    return value && yaml_kind(value) == YAML_STRING ? yaml_string(value) : fallback;
}

bool field_boolean(const struct yaml_node *node, const char *key, bool fallback)
{
    const struct yaml_node *value = field_of(node, key);
    return value && yaml_kind(value) == YAML_BOOLEAN ? yaml_boolean(value) : fallback;
}

/* Only calls are marked: they are what can be wrong when nothing is left of the tree. */
static bool mark_call(void *data, const struct yaml_node *map, const json_t *object)
{
    struct compiler *c = data;
    return !function_is_call(object) ||
           plan_mark_value(c->plan, object, plan_mark_new(c->plan, map));
}

json_t *compiler_json(struct compiler *c, const struct yaml_node *node)
{
    json_t *value = node ? yaml_to_json_watched(node, mark_call, c) : json_null();
    if (!value)
        compiler_nomem(c);
    return value;
}
