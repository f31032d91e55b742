/* secret_key.h - the key that a store's secrets are encrypted with: a file of its own, apart from
 * the store.
 */
#ifndef CLOUDIFY_STORAGE_SECRET_KEY_H
#define CLOUDIFY_STORAGE_SECRET_KEY_H

#include <stdbool.h>

#include "base/error.h"

enum { SECRET_KEY_SIZE = 32, SECRET_KEY_ID_SIZE = 33 };

struct secret_key {
    unsigned char bytes[SECRET_KEY_SIZE];
    char id[SECRET_KEY_ID_SIZE]; /* tells it from others and nothing about it; "": there is none */
};

/**
 * Read the key in the file `path`.
 *
 * @return false with `err` set: ERROR_NOT_FOUND (no such file), ERROR_STATE (others may read it,
 *         or it is no key), ERROR_IO
 */
bool secret_key_load(struct secret_key *key, const char *path, struct error *err);
/**
 * Make a random key and keep it in the file `path`, with the mode 0600, durably; its directory is
 * made where it is missing. If several do so at once, all get the key of the first.
 *
 * @return false with `err` set: ERROR_IO, or as by secret_key_load()
 */
bool secret_key_create(struct secret_key *key, const char *path, struct error *err);
/** Wipe it from memory. */
void secret_key_forget(struct secret_key *key);

/**
 * Encrypt `text`, so that it can only be opened with the same key and the same `about`, which says
 * what it is, such as the name of the secret.
 *
 * @return printable text, new (free() it), or NULL with `err` set: ERROR_NOMEM
 */
char *secret_key_seal(const struct secret_key *key, const char *about, const char *text,
                      struct error *err);
/**
 * The text that was sealed.
 *
 * @return new (secret_free() it), or NULL with `err` set: ERROR_STORAGE (damaged, or it is not what
 *         `about` says), ERROR_NOMEM
 */
char *secret_key_open(const struct secret_key *key, const char *about, const char *sealed,
                      struct error *err);
/** Wipe a text from memory and free it. NULL is allowed. */
void secret_free(char *text);

#endif
