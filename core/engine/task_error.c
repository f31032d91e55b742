/* task_error.c - see task_error.h. */
#include "engine/task_error.h"

#include <stdbool.h>
#include <string.h>

#include "base/json.h"

static bool same_text(const json_t *a, const json_t *b, const char *key)
{
    return !strcmp(json_string_at(a, key, ""), json_string_at(b, key, ""));
}

/* Who reports an error may have put it among its causes already. */
static bool stands_last(const json_t *causes, const json_t *error)
{
    size_t count = json_array_size(causes);
    const json_t *last = count ? json_array_get(causes, count - 1) : NULL;
    return last && same_text(last, error, "message") && same_text(last, error, "type") &&
           same_text(last, error, "traceback");
}

static json_t *without_causes(const json_t *error)
{
    json_t *own = json_copy_whole(error);
    json_object_del(own, "causes");
    json_object_del(own, "known_type"); /* what the engine decided by is `recoverable` */
    if (own && !json_object_get(own, "traceback") &&
        json_object_set_new(own, "traceback", json_string(""))) {
        json_decref(own);
        return NULL;
    }
    return own;
}

json_t *task_error_causes(const json_t *error)
{
    const json_t *causes = json_object_get(error, "causes");
    json_t *all = json_is_array(causes) ? json_copy_whole(causes) : json_array();
    if (!all || stands_last(all, error))
        return all;
    json_t *own = without_causes(error);
    if (!own || json_array_append_new(all, own)) {
        json_decref(all);
        return NULL;
    }
    return all;
}

static void add_line(struct strbuf *out, const json_t *cause)
{
    strbuf_addf(out, "%s `%s`", json_string_at(cause, "type", "Error"),
                json_string_at(cause, "message", ""));
}

void task_error_add_summary(struct strbuf *out, const json_t *error)
{
    const json_t *causes = json_object_get(error, "causes"), *cause;
    size_t i;
    json_array_foreach(causes, i, cause)
    {
        if (i)
            strbuf_addc(out, '\n');
        add_line(out, cause);
    }
    if (!error || stands_last(causes, error))
        return;
    if (json_array_size(causes))
        strbuf_addc(out, '\n');
    add_line(out, error);
}

static void add_traceback(struct strbuf *out, const json_t *error, const char *whose)
{
    const char *text = json_string_at(error, "traceback", "");
    if (*text)
        strbuf_addf(out, "\nTraceback of %s (most recent call first):\n%s", whose, text);
}

void task_error_add_tracebacks(struct strbuf *out, const json_t *error, const char *whose)
{
    const json_t *causes = json_object_get(error, "causes"), *cause;
    size_t i, count = json_array_size(causes);
    add_traceback(out, error, whose);
    json_array_foreach(causes, i, cause)
    {
        struct strbuf name = STRBUF_INIT;
        strbuf_addf(&name, "cause %zu of %zu, ", i + 1, count);
        add_line(&name, cause);
        if (i + 1 < count || !stands_last(causes, error))
            add_traceback(out, cause, name.text);
        strbuf_release(&name);
    }
}
