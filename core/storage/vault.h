/* vault.h - the secrets of a store, encrypted with a key that is kept elsewhere.
 *
 * A secret is a text with a name; JSON is a text too. Each is sealed with its name, so that one
 * cannot be put in the place of another. Only what has to do with values needs the key.
 *
 * Errors of all functions: those of storage.h; others as noted.
 */
#ifndef CLOUDIFY_STORAGE_VAULT_H
#define CLOUDIFY_STORAGE_VAULT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "storage/secret_key.h"
#include "storage/storage.h"

enum { SECRET_NAME_LIMIT = 256, SECRET_LIMIT = 64 * 1024 }; /* bytes */

struct vault;

/**
 * @param store borrowed: must outlive the vault
 * @param key_path file with the key; made, if it is missing, with the first secret. NULL: no place
 *        for it is known, and nothing works that needs it
 * @return new (vault_free() it), or NULL with `err` set: ERROR_NOMEM
 */
struct vault *vault_new(struct store *store, const char *key_path, struct error *err);
/** Wipe the key from memory and free the vault. NULL is allowed. */
void vault_free(struct vault *vault);

/** Whether there is a secret `name`; false with `err` set if that cannot be known. */
bool vault_has(struct vault *vault, const char *name, struct error *err);
/** The name of the secret most like `name`; new (free() it), or NULL: none is like it. */
char *vault_nearest(struct vault *vault, const char *name);
/** Say that there is no secret `name`, and which one was probably meant. @return false */
bool vault_unknown(struct vault *vault, const char *name, struct error *err);
/** All secrets, by name: a list of {key, created_at, updated_at}; new, or NULL with `err` set. */
json_t *vault_list(struct vault *vault, struct error *err);
/** One secret without its value: {key, created_at, updated_at}; NULL: none, or `err` is set. */
json_t *vault_describe(struct vault *vault, const char *name, struct error *err);
/**
 * The value of a secret.
 *
 * @return new (secret_free() it); NULL without `err` set: there is none; else ERROR_STATE (the key
 *         is missing, is another one, or is open to others), ERROR_STORAGE (also: damaged)
 */
char *vault_read(struct vault *vault, const char *name, struct error *err);

enum vault_change {
    VAULT_CREATE, /* a new one: ERROR_EXISTS */
    VAULT_UPDATE, /* one that there is: ERROR_NOT_FOUND */
    VAULT_PUT,    /* whether there is one or not */
};

/**
 * Keep a secret.
 *
 * @param value UTF-8, not empty, at most SECRET_LIMIT bytes
 * @return false with `err` set: also ERROR_INVALID (name or value), and as by vault_read()
 */
bool vault_write(struct vault *vault, const char *name, const char *value, enum vault_change how,
                 struct error *err);
/** Forget a secret, for which no key is needed. ERROR_NOT_FOUND */
bool vault_delete(struct vault *vault, const char *name, struct error *err);
/**
 * Encrypt all secrets with the key in the file `key_path`, which is made if it is missing, in place
 * of the present one. All of them, or none. Errors as by vault_read(), and ERROR_INVALID: it is the
 * present key.
 */
bool vault_rotate(struct vault *vault, const char *key_path, struct error *err);

/** secret_key_seal() and secret_key_open() with the key of the vault. */
char *vault_seal(struct vault *vault, const char *about, const char *text, struct error *err);
char *vault_open(struct vault *vault, const char *about, const char *sealed, struct error *err);

#endif
