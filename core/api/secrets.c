/* secrets.c - the secrets of a store for the embedding API, and for what the API asks of plans. */
#include <stdlib.h>
#include <string.h>

#include "api/runtime.h"
#include "base/files.h"
#include "base/json.h"

/* ---- the vault ---- */

/* New; NULL: no place is known, or memory is lacking, which shows when the key is needed. */
static char *default_key_path(void)
{
    const char *given = getenv("CFY_SECRET_KEY");
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (given && *given)
        return strdup(given);
    if (config && *config == '/')
        return path_join(config, "cloudify/secret.key");
    return home && *home ? path_join(home, ".config/cloudify/secret.key") : NULL;
}

struct vault *runtime_vault(struct cloudify *c, enum store_mode mode, struct error *err)
{
    struct store *store = runtime_store(c, mode, err);
    if (c->vault || !store)
        return store ? c->vault : NULL;
    char *path = c->options.secret_key ? strdup(c->options.secret_key) : default_key_path();
    c->vault = vault_new(store, path, err);
    free(path);
    return c->vault;
}

/* Without a store there are no secrets. */
static bool exists(void *data, const char *name, struct error *err)
{
    struct vault *vault = runtime_vault(data, STORE_READ, err);
    if (!vault && err->code == ERROR_NOT_FOUND)
        error_clear(err);
    return vault && vault_has(vault, name, err);
}

static char *nearest(void *data, const char *name)
{
    struct error ignored = {0}; /* then nothing is suggested */
    struct vault *vault = runtime_vault(data, STORE_READ, &ignored);
    return vault ? vault_nearest(vault, name) : NULL;
}

struct secret_source runtime_secret_source(struct cloudify *c)
{
    return (struct secret_source){.data = c, .exists = exists, .nearest = nearest};
}

/* ---- for users ---- */

char *cloudify_secret_write(struct cloudify *c, const char *key, const char *value,
                            enum cloudify_secret_change change, struct cloudify_error *err)
{
    static const enum vault_change how[] = {[CLOUDIFY_SECRET_CREATE] = VAULT_CREATE,
                                            [CLOUDIFY_SECRET_UPDATE] = VAULT_UPDATE,
                                            [CLOUDIFY_SECRET_PUT] = VAULT_PUT};
    struct error why = {0};
    struct vault *vault = runtime_vault(c, STORE_WRITE, &why);
    json_t *secret = vault && vault_write(vault, key, value, how[change], &why)
                         ? vault_describe(vault, key, &why)
                         : NULL;
    return runtime_result(secret, &why, err);
}

char *cloudify_secrets(struct cloudify *c, struct cloudify_error *err)
{
    struct error why = {0};
    struct vault *vault = runtime_vault(c, STORE_READ, &why);
    json_t *list = vault ? vault_list(vault, &why) : NULL;
    if (!vault && why.code == ERROR_NOT_FOUND) {
        error_clear(&why);
        list = json_array();
    }
    return runtime_result(list, &why, err);
}

/* The store and in it the secret; else the error says that there is none. */
static struct vault *vault_with(struct cloudify *c, const char *key, enum store_mode mode,
                                struct error *err)
{
    struct vault *vault = runtime_vault(c, mode, err);
    if (!vault && err->code == ERROR_NOT_FOUND)
        error_context(err, "no secret '%s'", key);
    if (!vault || vault_has(vault, key, err))
        return vault;
    if (!err->code)
        vault_unknown(vault, key, err);
    return NULL;
}

char *cloudify_secret(struct cloudify *c, const char *key, struct cloudify_error *err)
{
    struct error why = {0};
    struct vault *vault = vault_with(c, key, STORE_READ, &why);
    json_t *secret = vault ? vault_describe(vault, key, &why) : NULL;
    char *value = secret ? vault_read(vault, key, &why) : NULL;
    bool ok = value && !json_object_set_new(secret, "value", json_string(value));
    if (secret && !ok)
        error_nomem(&why); /* unless there is a better reason */
    secret_free(value);
    if (ok)
        return runtime_result(secret, &why, err);
    json_decref(secret);
    return runtime_result(NULL, &why, err);
}

/* ---- who needs a secret ---- */

static bool asks_for(const json_t *requirements, const char *key)
{
    size_t i;
    json_t *argument;
    json_array_foreach(json_object_get(requirements, "secrets"), i, argument)
    {
        const json_t *name = json_is_array(argument) ? json_array_get(argument, 0) : argument;
        if (json_is_string(name) && !strcmp(json_string_value(name), key))
            return true;
    }
    return false;
}

static bool is_named_by(struct cloudify *c, const char *deployment, const char *key)
{
    struct error ignored = {
        0}; /* one that cannot be read does not keep a secret from being deleted */
    struct deployment_store *ds = runtime_deployment(c, deployment, STORE_READ, &ignored);
    json_t *given = ds ? disclosed_secrets(ds, &ignored) : NULL;
    struct plan *plan = ds ? deployment_store_plan(ds, &ignored) : NULL;
    bool named = json_has_string(given, key) || (plan && asks_for(plan->requirements, key));
    plan_free(plan);
    json_decref(given);
    deployment_store_close(ds);
    return named;
}

static json_t *deployments_with(struct cloudify *c, const char *key, struct error *err)
{
    json_t *ids = store_deployments(c->store, err), *id;
    json_t *list = ids ? json_array() : NULL;
    size_t i;
    json_array_foreach(ids, i, id)
    {
        if (is_named_by(c, json_string_value(id), key))
            json_array_append(list, id);
    }
    json_decref(ids);
    return list;
}

char *cloudify_secret_delete(struct cloudify *c, const char *key, struct cloudify_error *err)
{
    struct error why = {0};
    struct vault *vault = vault_with(c, key, STORE_WRITE, &why);
    json_t *deployments = vault ? deployments_with(c, key, &why) : NULL;
    json_t *result = NULL;
    if (deployments && vault_delete(vault, key, &why))
        result = json_pack("{s:s, s:O}", "key", key, "deployments", deployments);
    json_decref(deployments);
    return runtime_result(result, &why, err);
}

char *cloudify_secrets_rotate(struct cloudify *c, const char *secret_key,
                              struct cloudify_error *err)
{
    struct error why = {0};
    struct vault *vault = runtime_vault(c, STORE_WRITE, &why);
    json_t *secrets =
        vault && vault_rotate(vault, secret_key, &why) ? vault_list(vault, &why) : NULL;
    json_t *result = secrets ? json_pack("{s:s, s:I}", "secret_key", secret_key, "secrets",
                                         (json_int_t)json_array_size(secrets))
                             : NULL;
    json_decref(secrets);
    return runtime_result(result, &why, err);
}
