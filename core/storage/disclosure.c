/* disclosure.c - see disclosure.h. */
#include "storage/disclosure.h"

#include <string.h>

#include "storage/storage_internal.h"

json_t *disclosed_secrets(struct deployment_store *ds, struct error *err)
{
    sqlite3_stmt *query =
        database_query(ds->state, err, "SELECT name FROM disclosed_secrets ORDER BY name", "");
    return database_list(ds->state, query, row_text, NULL, err);
}

/* The value of a secret, hidden; new, NULL without `err` set: there is none. */
static char *read_hidden(struct disclosure *d, const char *name, struct error *err)
{
    char *value = vault_read(d->vault, name, err);
    if (!value || mask_add_value(d->mask, value, strlen(value)))
        return value;
    error_nomem(err);
    secret_free(value);
    return NULL;
}

/* One that has been deleted cannot be hidden any more. */
static bool recall(struct disclosure *d, const char *name, struct error *err)
{
    secret_free(read_hidden(d, name, err));
    if (!err->code && json_object_set_new(d->noted, name, json_true()))
        error_nomem(err);
    return !err->code;
}

bool disclosure_init(struct disclosure *d, struct vault *vault, struct deployment_store *ds,
                     bool note, struct error *err)
{
    *d = (struct disclosure){
        .vault = vault, .ds = note ? ds : NULL, .mask = mask_new(), .noted = json_object()};
    if (!d->mask || !d->noted)
        return error_nomem(err);
    json_t *names = ds && vault ? disclosed_secrets(ds, err) : json_array(), *name;
    bool ok = names;
    size_t i;
    json_array_foreach(names, i, name) ok = ok && recall(d, json_string_value(name), err);
    json_decref(names);
    if (!ok)
        error_context(err, "cannot mask the secrets that were given out");
    return ok;
}

void disclosure_release(struct disclosure *d)
{
    mask_free(d->mask);
    json_decref(d->noted);
    *d = (struct disclosure){0};
}

static bool note(struct disclosure *d, const char *name, struct error *err)
{
    if (!d->ds || json_object_get(d->noted, name))
        return true;
    if (!database_run(d->ds->state, err,
                      "INSERT OR IGNORE INTO disclosed_secrets (name) VALUES (?)", "t", name))
        return false;
    return !json_object_set_new(d->noted, name, json_true()) || error_nomem(err);
}

json_t *disclosure_secret(void *disclosure, const char *name, struct error *err)
{
    struct disclosure *d = disclosure;
    char *value = read_hidden(d, name, err);
    json_t *text = value && note(d, name, err) ? json_string(value) : NULL;
    if (value && !text)
        error_nomem(err); /* unless there is a better reason */
    secret_free(value);
    return text;
}
