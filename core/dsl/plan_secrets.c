/* plan_secrets.c - the secrets that a plan asks for must be there before it is deployed (dsl.md
 * 10.3). */
#include <string.h>

#include "base/strbuf.h"
#include "dsl/diagnostic_codes.h"
#include "dsl/plan_internal.h"
#include "dsl/plan_scan.h"

struct secrets {
    struct plan *plan;
    const struct secret_source *source;
    struct diagnostics *out;
    json_t *seen; /* names that have been asked for */
    bool ok;
};

/* The name of the secret that a call asks for; NULL where it is known only at runtime. */
static const char *secret_name(const json_t *call)
{
    const json_t *arguments = json_object_get(call, "get_secret");
    return json_string_value(json_is_array(arguments) ? json_array_get(arguments, 0) : arguments);
}

static bool check_secret(struct secrets *s, const json_t *call, const struct plan_value *at)
{
    struct plan_mark mark = plan_mark_of(s->plan, call);
    struct diagnostic_place place = plan_place(s->plan, mark.line ? mark : at->mark);
    struct strbuf path = STRBUF_INIT;
    struct error err = {0};
    const char *name = secret_name(call);
    if (!name || json_object_get(s->seen, name))
        return true;
    json_object_set_new(s->seen, name, json_true());
    plan_value_path(at, &path);
    place.path = path.text;
    bool ok = true;
    if (!s->source)
        ok = diagnostics_add(s->out, &code_secrets_unsupported, &place, NULL,
                             "%s: secret '%s' is asked for, but there is no store of secrets",
                             path.text, name);
    else if (!s->source->exists(s->source->data, name, &err))
        ok = diagnostics_add(s->out, &code_unknown_secret, &place, NULL, "%s: %s '%s'%s%s",
                             path.text, err.code ? "cannot look up the secret" : "unknown secret",
                             name, err.code ? ": " : "", err.text);
    strbuf_release(&path);
    return ok;
}

static void check_secrets_in(struct secrets *s, const json_t *value, const struct plan_value *at)
{
    const char *key, *name = function_name(value);
    json_t *item;
    size_t i;
    if (name && !strcmp(name, "get_secret"))
        s->ok &= check_secret(s, value, at);
    json_object_foreach((json_t *)value, key, item) check_secrets_in(s, item, at);
    json_array_foreach((json_t *)value, i, item) check_secrets_in(s, item, at);
}

static bool visit_secrets(void *data, const struct plan_value *at)
{
    const char *key;
    json_t *member;
    json_object_foreach(at->value, key, member) check_secrets_in(data, member, at);
    return true;
}

bool plan_check_secrets(struct plan *plan, const struct secret_source *source,
                        struct diagnostics *out)
{
    struct secrets secrets = {plan, source, out, json_object(), true};
    if (!secrets.seen)
        return diagnostics_nomem(out);
    plan_scan(plan, visit_secrets, &secrets);
    json_decref(secrets.seen);
    return secrets.ok;
}
