/* vault.c - see vault.h. */
#include "storage/vault.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/files.h"
#include "base/strbuf.h"
#include "base/suggest.h"
#include "storage/storage_internal.h"

struct vault {
    struct store *store;
    char *key_path;
    struct secret_key key; /* as it was last loaded */
};

struct vault *vault_new(struct store *store, const char *key_path, struct error *err)
{
    struct vault *vault = calloc(1, sizeof *vault);
    if (vault)
        vault->store = store;
    if (vault && (!key_path || (vault->key_path = strdup(key_path))))
        return vault;
    error_nomem(err);
    free(vault);
    return NULL;
}

void vault_free(struct vault *vault)
{
    if (!vault)
        return;
    secret_key_forget(&vault->key);
    free(vault->key_path);
    free(vault);
}

static struct database *catalog(const struct vault *vault)
{
    return vault->store->catalog;
}

/* ---- looking ---- */

bool vault_has(struct vault *vault, const char *name, struct error *err)
{
    json_t *secret = vault_describe(vault, name, err);
    json_decref(secret);
    return secret;
}

char *vault_nearest(struct vault *vault, const char *name)
{
    struct error ignored = {0}; /* then nothing is suggested */
    struct suggestion suggestion;
    json_t *secrets = vault_list(vault, &ignored), *secret;
    size_t i;
    suggestion_init(&suggestion, name);
    json_array_foreach(secrets, i, secret)
        suggestion_consider(&suggestion, json_string_value(json_object_get(secret, "key")));
    char *nearest = suggestion.best ? strdup(suggestion.best) : NULL;
    json_decref(secrets);
    return nearest;
}

bool vault_unknown(struct vault *vault, const char *name, struct error *err)
{
    char *nearest = vault_nearest(vault, name);
    if (nearest)
        error_set(err, ERROR_NOT_FOUND, "no secret '%s', did you mean '%s'?", name, nearest);
    else
        error_set(err, ERROR_NOT_FOUND, "no secret '%s', see 'cfy secrets list'", name);
    free(nearest);
    return false;
}

static json_t *secret_row(void *data, sqlite3_stmt *query, struct error *err)
{
    (void)data, (void)err;
    return json_pack("{s:o, s:o, s:o}", "key", column_string(query, 0), "created_at",
                     column_string(query, 1), "updated_at", column_string(query, 2));
}

json_t *vault_list(struct vault *vault, struct error *err)
{
    sqlite3_stmt *query = database_query(
        catalog(vault), err, "SELECT name, created_at, updated_at FROM secrets ORDER BY name", "");
    return database_list(catalog(vault), query, secret_row, NULL, err);
}

json_t *vault_describe(struct vault *vault, const char *name, struct error *err)
{
    sqlite3_stmt *query = database_query(
        catalog(vault), err, "SELECT name, created_at, updated_at FROM secrets WHERE name = ?", "t",
        name);
    if (!query || !database_next(catalog(vault), query, err))
        return NULL;
    json_t *secret = secret_row(NULL, query, err);
    database_finish(query);
    if (!secret)
        error_nomem(err);
    return secret;
}

/* ---- the key ---- */

static char *copy_column(sqlite3_stmt *query, int column, struct error *err)
{
    const char *text = column_text(query, column);
    char *copy = text ? strdup(text) : NULL;
    if (!copy)
        error_nomem(err);
    return copy;
}

/* New; NULL: there is none, or `err` is set. */
static char *stored_key_id(struct vault *vault, struct error *err)
{
    sqlite3_stmt *query = database_query(catalog(vault), err, "SELECT key_id FROM secret_keys", "");
    if (!query || !database_next(catalog(vault), query, err))
        return NULL;
    char *id = copy_column(query, 0, err);
    database_finish(query);
    return id;
}

static json_int_t count_secrets(struct vault *vault, struct error *err)
{
    return database_number(catalog(vault), "SELECT count(*) FROM secrets", 0, err);
}

static bool check_path(const struct vault *vault, struct error *err)
{
    return vault->key_path ||
           error_set(err, ERROR_STATE,
                     "no place for the secret key: neither --secret-key, $CFY_SECRET_KEY, "
                     "$XDG_CONFIG_HOME nor $HOME is given");
}

static bool missing_key(const struct vault *vault, struct error *err)
{
    error_clear(err);
    return error_set(err, ERROR_STATE,
                     "there is no secret key '%s', but the store has secrets that are encrypted "
                     "with it: restore it from a backup, or name another file with --secret-key or "
                     "$CFY_SECRET_KEY",
                     vault->key_path);
}

static bool wrong_key(const struct vault *vault, struct error *err)
{
    return error_set(err, ERROR_STATE,
                     "the key '%s' is not the one that the secrets of this store are encrypted "
                     "with: name the right file with --secret-key or $CFY_SECRET_KEY",
                     vault->key_path);
}

/* Have the key called `id`, which may be another one than a moment ago. */
static bool have_key(struct vault *vault, const char *id, struct error *err)
{
    if (!strcmp(vault->key.id, id))
        return true;
    if (!check_path(vault, err))
        return false;
    if (!secret_key_load(&vault->key, vault->key_path, err))
        return err->code == ERROR_NOT_FOUND ? missing_key(vault, err) : false;
    return !strcmp(vault->key.id, id) || wrong_key(vault, err);
}

/* Have the key that the secrets are encrypted with. */
static bool ensure_key(struct vault *vault, struct error *err)
{
    char *id = stored_key_id(vault, err);
    bool ok = id && have_key(vault, id, err);
    if (!id)
        error_set(err, ERROR_STATE, "the store has no secrets");
    free(id);
    return ok;
}

/* A copy of the store must not bring its key along. */
static bool check_place(const struct vault *vault, struct error *err)
{
    char *directory = path_directory(vault->key_path);
    char *place = directory ? realpath(directory, NULL) : NULL;
    size_t length = strlen(vault->store->directory);
    bool inside = place && !strncmp(place, vault->store->directory, length) &&
                  (place[length] == '/' || !place[length]);
    free(place);
    free(directory);
    return !inside || error_set(err, ERROR_INVALID,
                                "the secret key '%s' would be in the store: keep it elsewhere, so "
                                "that who gets the one has not got the other",
                                vault->key_path);
}

static bool keep_key_id(struct vault *vault, struct error *err)
{
    return database_run(catalog(vault), err,
                        "INSERT INTO secret_keys (only, key_id) VALUES (1, ?) "
                        "ON CONFLICT (only) DO UPDATE SET key_id = excluded.key_id",
                        "t", vault->key.id);
}

/* Have the key in the file, which is made if it is missing. */
static bool load_or_create_key(struct vault *vault, struct error *err)
{
    if (!check_path(vault, err))
        return false;
    if (secret_key_load(&vault->key, vault->key_path, err))
        return true;
    if (err->code != ERROR_NOT_FOUND)
        return false;
    error_clear(err);
    return check_place(vault, err) && secret_key_create(&vault->key, vault->key_path, err);
}

/* The same to write: with no secret yet, any key will do. Inside of a transaction. */
static bool ensure_key_to_write(struct vault *vault, struct error *err)
{
    json_int_t count = count_secrets(vault, err);
    if (err->code || count > 0)
        return !err->code && ensure_key(vault, err);
    return load_or_create_key(vault, err) && keep_key_id(vault, err);
}

/* ---- values ---- */

/* What a secret is sealed with besides its value. */
static char *about_secret(const char *name, struct error *err)
{
    struct strbuf about = STRBUF_INIT;
    strbuf_add_all(&about, "secret:", name);
    char *text = strbuf_detach(&about);
    if (!text)
        error_nomem(err);
    return text;
}

/* A secret as it is stored, and, of the same moment, the name of the key it is encrypted with. */
struct sealed {
    char *text, *key_id;
};

/* @return whether there is one; `sealed` is to be released in any case */
static bool find_sealed(struct vault *vault, const char *name, struct sealed *sealed,
                        struct error *err)
{
    *sealed = (struct sealed){0};
    sqlite3_stmt *query =
        database_query(catalog(vault), err,
                       "SELECT sealed, key_id FROM secrets, secret_keys WHERE name = ?", "t", name);
    if (!query || !database_next(catalog(vault), query, err))
        return false;
    sealed->text = copy_column(query, 0, err);
    sealed->key_id = copy_column(query, 1, err);
    database_finish(query);
    return sealed->text && sealed->key_id;
}

static void sealed_release(struct sealed *sealed)
{
    free(sealed->text);
    free(sealed->key_id);
}

static char *unseal(const struct vault *vault, const char *name, const char *sealed,
                    struct error *err)
{
    char *about = about_secret(name, err);
    char *value = about ? secret_key_open(&vault->key, about, sealed, err) : NULL;
    if (err->code == ERROR_STORAGE)
        error_context(err, "secret '%s' cannot be decrypted", name);
    free(about);
    return value;
}

char *vault_read(struct vault *vault, const char *name, struct error *err)
{
    struct sealed sealed;
    char *value = NULL;
    if (find_sealed(vault, name, &sealed, err) && have_key(vault, sealed.key_id, err))
        value = unseal(vault, name, sealed.text, err);
    sealed_release(&sealed);
    return value;
}

static bool check_name(const char *name, struct error *err)
{
    size_t length = strlen(name);
    json_t *text = json_string(name);
    bool ok = text && length && length <= SECRET_NAME_LIMIT;
    json_decref(text);
    for (const char *c = name; ok && *c; c++)
        ok = (unsigned char)*c >= ' ' && *c != 0x7f;
    return ok || error_set(err, ERROR_INVALID,
                           "the name of a secret must be UTF-8 without control characters, of 1 to "
                           "%d bytes",
                           SECRET_NAME_LIMIT);
}

static bool check_value(const char *name, const char *value, struct error *err)
{
    size_t length = strlen(value);
    json_t *text = json_string(value);
    bool is_text = text;
    json_decref(text);
    if (!length)
        return error_set(err, ERROR_INVALID, "secret '%s': its value must not be empty", name);
    if (length > SECRET_LIMIT)
        return error_set(err, ERROR_INVALID,
                         "secret '%s': its value has %zu bytes, more than the %d that are possible",
                         name, length, SECRET_LIMIT);
    return is_text || error_set(err, ERROR_INVALID,
                                "secret '%s': its value is not text (UTF-8): encode it, as by "
                                "base64",
                                name);
}

static bool seal_into(struct vault *vault, const char *name, const char *value, struct error *err)
{
    char now[CLOCK_TEXT_SIZE];
    clock_timestamp(now);
    char *about = about_secret(name, err);
    char *sealed = about ? secret_key_seal(&vault->key, about, value, err) : NULL;
    bool ok =
        sealed && database_run(catalog(vault), err,
                               "INSERT INTO secrets (name, sealed, created_at, updated_at) "
                               "VALUES (?1, ?2, ?3, ?3) ON CONFLICT (name) DO UPDATE "
                               "SET sealed = excluded.sealed, updated_at = excluded.updated_at",
                               "ttt", name, sealed, now);
    free(sealed);
    free(about);
    return ok;
}

/* Inside of a transaction. */
static bool write_secret(struct vault *vault, const char *name, const char *value,
                         enum vault_change how, struct error *err)
{
    bool exists = vault_has(vault, name, err);
    if (err->code)
        return false;
    if (exists && how == VAULT_CREATE)
        return error_set(err, ERROR_EXISTS,
                         "there is a secret '%s' already: 'cfy secrets update' changes it", name);
    if (!exists && how == VAULT_UPDATE)
        return vault_unknown(vault, name, err);
    return ensure_key_to_write(vault, err) && seal_into(vault, name, value, err);
}

static bool finish(struct vault *vault, bool ok, struct error *err)
{
    ok = ok && database_commit(catalog(vault), err);
    if (!ok)
        database_rollback(catalog(vault));
    return ok;
}

bool vault_write(struct vault *vault, const char *name, const char *value, enum vault_change how,
                 struct error *err)
{
    return check_name(name, err) && check_value(name, value, err) &&
           database_begin(catalog(vault), err) &&
           finish(vault, write_secret(vault, name, value, how, err), err);
}

bool vault_delete(struct vault *vault, const char *name, struct error *err)
{
    if (!database_run(catalog(vault), err, "DELETE FROM secrets WHERE name = ?", "t", name))
        return false;
    return database_changes(catalog(vault)) > 0 || vault_unknown(vault, name, err);
}

/* ---- another key ---- */

static bool reseal(struct vault *vault, const struct secret_key *old, const char *name,
                   struct error *err)
{
    const struct vault before = {.store = vault->store, .key = *old};
    struct sealed sealed;
    bool found = find_sealed(vault, name, &sealed, err);
    char *value = found ? unseal(&before, name, sealed.text, err) : NULL;
    char *about = value ? about_secret(name, err) : NULL;
    char *again = about ? secret_key_seal(&vault->key, about, value, err) : NULL;
    bool ok =
        again && database_run(catalog(vault), err, "UPDATE secrets SET sealed = ? WHERE name = ?",
                              "tt", again, name);
    free(again);
    free(about);
    secret_free(value);
    sealed_release(&sealed);
    return ok;
}

static bool reseal_all(struct vault *vault, const struct secret_key *old, struct error *err)
{
    json_t *secrets = vault_list(vault, err), *secret;
    bool ok = secrets;
    size_t i;
    json_array_foreach(secrets, i, secret)
    {
        ok = ok && reseal(vault, old, json_string_value(json_object_get(secret, "key")), err);
    }
    json_decref(secrets);
    return ok && keep_key_id(vault, err);
}

/* The vault has the new key already; `old` is the present one. */
static bool rotate(struct vault *vault, const struct secret_key *old, struct error *err)
{
    if (!load_or_create_key(vault, err))
        return false;
    if (!strcmp(vault->key.id, old->id))
        return error_set(err, ERROR_INVALID,
                         "the secrets are encrypted with the key '%s' already: name another file",
                         vault->key_path);
    return reseal_all(vault, old, err);
}

bool vault_rotate(struct vault *vault, const char *key_path, struct error *err)
{
    char *path = strdup(key_path);
    if (!path || !database_begin(catalog(vault), err)) {
        free(path);
        return error_nomem(err);
    }
    bool ok = ensure_key(vault, err);
    struct secret_key old = vault->key;
    char *old_path = vault->key_path;
    vault->key_path = path;
    ok = finish(vault, ok && rotate(vault, &old, err), err);
    if (!ok) {
        vault->key_path = old_path;
        vault->key = old;
        old_path = path;
    }
    free(old_path);
    secret_key_forget(&old);
    return ok;
}

/* ---- other texts ---- */

char *vault_seal(struct vault *vault, const char *about, const char *text, struct error *err)
{
    return ensure_key(vault, err) ? secret_key_seal(&vault->key, about, text, err) : NULL;
}

char *vault_open(struct vault *vault, const char *about, const char *sealed, struct error *err)
{
    char *text = ensure_key(vault, err) ? secret_key_open(&vault->key, about, sealed, err) : NULL;
    if (err->code == ERROR_STORAGE)
        error_context(err, "%s cannot be decrypted", about);
    return text;
}
