/* runtime.c - the handle of the embedding API; see runtime.h and cloudify.h. */
#include "api/runtime.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/json.h"
#include "base/json_pool.h"
#include "base/suggest.h"

const char *cloudify_version(void)
{
    return CLOUDIFY_VERSION;
}

void cloudify_use_json_pools(void)
{
    json_pool_use();
}

void cloudify_free(char *result)
{
    free(result);
}

const char *cloudify_suggest(const char *wanted, const char *const *names)
{
    struct suggestion suggestion;
    suggestion_init(&suggestion, wanted);
    for (; *names; names++)
        suggestion_consider(&suggestion, *names);
    return suggestion.best;
}

bool runtime_error(struct cloudify_error *to, const struct error *from)
{
    to->code = (enum cloudify_error_code)from->code;
    snprintf(to->text, sizeof to->text, "%s", from->text);
    to->execution[0] = '\0';
    return false;
}

/* A list gets a line per entry: readable, and still JSON. */
static bool write_list(struct strbuf *out, const json_t *list)
{
    size_t index;
    json_t *entry;
    strbuf_adds(out, "[\n");
    json_array_foreach(list, index, entry)
    {
        json_write(out, entry);
        strbuf_adds(out, index + 1 < json_array_size(list) ? ",\n" : "\n");
    }
    strbuf_addc(out, ']');
    return !out->failed;
}

char *runtime_result(json_t *value, struct error *err, struct cloudify_error *to)
{
    char *text = NULL;
    if (json_is_array(value)) {
        struct strbuf out = STRBUF_INIT;
        write_list(&out, value);
        text = strbuf_detach(&out);
    } else if (value) {
        text = json_text(value);
    }
    json_decref(value);
    if (!text) {
        error_nomem(err);
        runtime_error(to, err);
    }
    return text;
}

/* Whether an execution that was begun has ended by such an error; others mean that none was. */
static bool has_ended(enum cloudify_error_code code)
{
    return code == CLOUDIFY_FAILED || code == CLOUDIFY_CANCELLED || code == CLOUDIFY_STORAGE;
}

char *runtime_run_result(json_t *value, const char *execution, struct error *err,
                         struct cloudify_error *to)
{
    char *text = runtime_result(value, err, to);
    if (!text && has_ended(to->code))
        snprintf(to->execution, sizeof to->execution, "%s", execution);
    return text;
}

json_t *runtime_object(const char *text, const char *what, struct error *err)
{
    json_t *object = text ? json_parse(text, strlen(text), what, err) : json_object();
    if (!object) {
        error_nomem(err);
    } else if (!json_is_object(object)) {
        error_set(err, ERROR_INVALID, "%s: expected a dict, got a %s", what, json_kind(object));
        json_decref(object);
        object = NULL;
    }
    return object;
}

static char *default_directory(struct error *err)
{
    const char *store = getenv("CFY_STORE"), *home = getenv("HOME");
    char *directory = NULL;
    if (store && *store)
        directory = strdup(store);
    else if (home && *home)
        directory = path_join(home, ".cloudify");
    else {
        error_set(err, ERROR_INVALID, "no store: neither --store, $CFY_STORE nor $HOME is given");
        return NULL;
    }
    if (!directory)
        error_nomem(err);
    return directory;
}

static bool check_rules(const char *const *rule, struct error *err)
{
    for (; rule && *rule; rule++) {
        if (!strchr(*rule, '=') || **rule == '=')
            return error_set(err, ERROR_INVALID, "import rule '%s': write PREFIX=REPLACEMENT",
                             *rule);
    }
    return true;
}

struct cloudify *cloudify_open(const struct cloudify_options *options, struct cloudify_error *err)
{
    struct error why = {0};
    struct cloudify *c = calloc(1, sizeof *c);
    if (c) {
        c->options = *options;
        c->told = (struct strbuf)STRBUF_INIT;
        c->directory = options->store ? strdup(options->store) : default_directory(&why);
    }
    if (c && c->directory && check_rules(options->import_rules, &why))
        return c;
    error_nomem(&why); /* unless there is a better reason */
    runtime_error(err, &why);
    cloudify_close(c);
    return NULL;
}

void cloudify_close(struct cloudify *c)
{
    if (!c)
        return;
    vault_free(c->vault);
    store_close(c->store);
    strbuf_release(&c->told);
    scratch_release(&c->scratch);
    free(c->directory);
    free(c);
}

struct store *runtime_store(struct cloudify *c, enum store_mode mode, struct error *err)
{
    if (c->store && mode == STORE_WRITE && c->mode == STORE_READ) {
        vault_free(c->vault);
        store_close(c->store);
        c->store = NULL;
        c->vault = NULL;
    }
    if (!c->store) {
        c->store = c->setting.is_transient ? store_open_transient(c->directory, err)
                                           : store_open(c->directory, mode, err);
        c->mode = c->setting.is_transient ? STORE_WRITE : mode;
    }
    return c->store;
}

char *runtime_nearest_deployment(struct store *store, const char *id)
{
    struct error ignored = {0}; /* the error to report is that `id` is unknown */
    struct suggestion suggestion;
    json_t *ids = store_deployments(store, &ignored), *known;
    size_t index;
    suggestion_init(&suggestion, id);
    json_array_foreach(ids, index, known)
        suggestion_consider(&suggestion, json_string_value(known));
    char *nearest = suggestion.best ? strdup(suggestion.best) : NULL;
    json_decref(ids);
    return nearest;
}

static void suggest_deployment(struct store *store, const char *id, struct error *err)
{
    char *nearest = runtime_nearest_deployment(store, id);
    error_clear(err);
    if (nearest)
        error_set(err, ERROR_NOT_FOUND, "no deployment '%s', did you mean '%s'?", id, nearest);
    else
        error_set(err, ERROR_NOT_FOUND, "no deployment '%s', see 'cfy deployments list'", id);
    free(nearest);
}

bool runtime_has_deployment(struct cloudify *c, const char *id, struct error *err)
{
    struct store *store = runtime_store(c, STORE_WRITE, err);
    bool found = store && store_has_deployment(store, id, err);
    if (store && !found && !err->code)
        suggest_deployment(store, id, err);
    return found;
}

struct deployment_store *runtime_deployment(struct cloudify *c, const char *id,
                                            enum store_mode mode, struct error *err)
{
    struct store *store = runtime_store(c, mode == STORE_READ ? mode : STORE_WRITE, err);
    struct deployment_store *ds = store ? deployment_open(store, id, mode, err) : NULL;
    if (!ds && store && err->code == ERROR_NOT_FOUND)
        suggest_deployment(store, id, err);
    else if (!ds && !store && err->code == ERROR_NOT_FOUND)
        error_context(err, "no deployment '%s'", id);
    return ds;
}

struct instance_set *runtime_load_instances(struct deployment_store *ds, struct plan **plan,
                                            struct error *err)
{
    *plan = NULL;
    if (!deployment_store_begin(ds, err))
        return NULL;
    *plan = deployment_store_plan(ds, err);
    struct instance_set *set = *plan ? deployment_store_instances(ds, *plan, err) : NULL;
    deployment_store_rollback(ds);
    return set;
}

struct deployment_store *runtime_deployment_of(struct cloudify *c, const char *execution,
                                               enum store_mode mode, struct error *err)
{
    struct store *store = runtime_store(c, mode == STORE_READ ? mode : STORE_WRITE, err);
    char *id = store ? store_find_execution(store, execution, err) : NULL;
    struct deployment_store *ds = id ? runtime_deployment(c, id, mode, err) : NULL;
    if (id)
        runtime_explain_busy(c, id, "wait for its end", err);
    free(id);
    return ds;
}
