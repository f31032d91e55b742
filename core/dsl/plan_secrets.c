/* plan_secrets.c - the secrets that a plan asks for must be there before it is deployed (dsl.md
 * 10.3). */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "dsl/diagnostic_codes.h"
#include "dsl/plan_internal.h"
#include "dsl/plan_scan.h"

struct secrets {
    struct plan *plan;
    const struct secret_source *source;
    struct diagnostics *out;
    json_t *asked;   /* name -> whether it is still to be reported as missing */
    json_t *missing; /* object: the names of those that do not exist */
    bool report;     /* what is missing is known, and to be reported */
    bool ok;
};

/* The name of the secret that a call asks for; NULL where it is known only at runtime. */
static const char *secret_name(const json_t *call)
{
    const json_t *arguments = json_object_get(call, "get_secret");
    return json_string_value(json_is_array(arguments) ? json_array_get(arguments, 0) : arguments);
}

/* Which name was probably meant, or how to create it, and "the missing secrets are 'a', 'b'". */
static void write_hint(const struct secrets *s, const char *name, bool first, struct strbuf *hint)
{
    const char *other, *separator = " ";
    json_t *unused;
    char *nearest = s->source->nearest ? s->source->nearest(s->source->data, name) : NULL;
    if (nearest)
        strbuf_addf(hint, "did you mean '%s'?", nearest);
    else
        strbuf_addf(hint, "'cfy secrets create %s' keeps one", name);
    free(nearest);
    if (!first || json_object_size(s->missing) < 2)
        return;
    strbuf_addf(hint, "%sthe missing secrets are", hint->length ? "; " : "");
    json_object_foreach(s->missing, other, unused)
    {
        strbuf_addf(hint, "%s'%s'", separator, other);
        separator = ", ";
    }
}

static bool report(struct secrets *s, const char *name, const struct diagnostic_place *place)
{
    struct strbuf hint = STRBUF_INIT;
    bool first = json_object_size(s->asked) == json_object_size(s->missing);
    if (!s->source)
        return diagnostics_add(s->out, &code_secrets_unsupported, place, NULL,
                               "%s: secret '%s' is asked for, but there is no store of secrets",
                               place->path, name);
    write_hint(s, name, first, &hint);
    diagnostics_add(s->out, &code_unknown_secret, place, hint.length ? hint.text : NULL,
                    "%s: unknown secret '%s'", place->path, name);
    strbuf_release(&hint);
    return false;
}

static bool look_up(struct secrets *s, const char *name, const struct diagnostic_place *place)
{
    struct error err = {0};
    if (s->source && s->source->exists(s->source->data, name, &err))
        return true;
    if (err.code)
        return diagnostics_add(s->out, &code_unknown_secret, place, NULL,
                               "%s: cannot look up the secret '%s': %s", place->path, name,
                               err.text);
    return !json_object_set_new(s->missing, name, json_true()) || diagnostics_nomem(s->out);
}

/* Once for each name: first it is looked up, then, with all that is missing known, reported. */
static bool check_secret(struct secrets *s, const json_t *call, const struct plan_value *at)
{
    struct plan_mark mark = plan_mark_of(s->plan, call);
    struct diagnostic_place place = plan_place(s->plan, mark.line ? mark : at->mark);
    struct strbuf path = STRBUF_INIT;
    const char *name = secret_name(call);
    if (!name ||
        (s->report ? !json_object_get(s->asked, name) : json_object_get(s->asked, name) != NULL))
        return true;
    plan_value_path(at, &path);
    place.path = path.text;
    bool ok = s->report ? report(s, name, &place) : look_up(s, name, &place);
    if (s->report)
        json_object_del(s->asked, name);
    else
        json_object_set_new(s->asked, name, json_true());
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
    struct secrets secrets = {.plan = plan,
                              .source = source,
                              .out = out,
                              .asked = json_object(),
                              .missing = json_object(),
                              .ok = true};
    if (secrets.asked && secrets.missing) {
        plan_scan(plan, visit_secrets, &secrets);
        json_decref(secrets.asked);
        secrets.asked = json_copy_whole(secrets.missing);
        secrets.report = true;
    }
    if (!secrets.asked || !secrets.missing)
        secrets.ok = diagnostics_nomem(out);
    else if (json_object_size(secrets.missing))
        plan_scan(plan, visit_secrets, &secrets);
    json_decref(secrets.asked);
    json_decref(secrets.missing);
    return secrets.ok;
}
