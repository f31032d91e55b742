/* secret_key.c - see secret_key.h. */
#include "storage/secret_key.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/ids.h"
#include "storage/sqlite.h"

enum {
    NONCE = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG = crypto_aead_xchacha20poly1305_ietf_ABYTES
};
_Static_assert(SECRET_KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "a key of its size");

static bool start_sodium(struct error *err)
{
    return sodium_init() >= 0 || error_set(err, ERROR_IO, "libsodium has no source of randomness");
}

void secret_key_forget(struct secret_key *key)
{
    sodium_memzero(key, sizeof *key);
}

static void name_key(struct secret_key *key)
{
    static const char purpose[] = "cloudify secret key";
    unsigned char hash[(SECRET_KEY_ID_SIZE - 1) / 2];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)purpose, sizeof purpose,
                       key->bytes, sizeof key->bytes);
    sodium_bin2hex(key->id, sizeof key->id, hash, sizeof hash);
}

/* ---- the file ---- */

static bool check_file(int fd, const char *path, struct error *err)
{
    struct stat status;
    if (fstat(fd, &status))
        return error_set(err, ERROR_IO, "cannot read the secret key '%s': %m", path);
    if (!S_ISREG(status.st_mode))
        return error_set(err, ERROR_STATE, "the secret key '%s' is no file", path);
    if (status.st_mode & 077)
        return error_set(err, ERROR_STATE,
                         "the secret key '%s' is open to others (mode %04o): 'chmod 600' it, and "
                         "replace it if somebody may have read it",
                         path, (unsigned)status.st_mode & 07777);
    if (status.st_size != SECRET_KEY_SIZE)
        return error_set(err, ERROR_STATE,
                         "'%s' is no secret key: it has %lld bytes, a key has %d: name the right "
                         "file or restore it from a backup",
                         path, (long long)status.st_size, SECRET_KEY_SIZE);
    return true;
}

bool secret_key_load(struct secret_key *key, const char *path, struct error *err)
{
    *key = (struct secret_key){0};
    if (!start_sodium(err))
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return error_set(err, ERROR_NOT_FOUND, "there is no secret key '%s'", path);
    if (fd < 0)
        return error_set(err, ERROR_IO, "cannot read the secret key '%s': %m", path);
    bool ok = check_file(fd, path, err);
    if (ok && read(fd, key->bytes, sizeof key->bytes) != (ssize_t)sizeof key->bytes)
        ok = error_set(err, ERROR_IO, "cannot read the secret key '%s'", path);
    close(fd);
    if (ok)
        name_key(key);
    else
        secret_key_forget(key);
    return ok;
}

static bool write_failed(const char *path, struct error *err)
{
    return error_set(err, ERROR_IO, "cannot write the secret key '%s': %m", path);
}

static bool write_draft(const struct secret_key *key, const char *draft, struct error *err)
{
    int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return write_failed(draft, err);
    bool ok = write(fd, key->bytes, sizeof key->bytes) == (ssize_t)sizeof key->bytes &&
              fchmod(fd, 0600) == 0 && fsync(fd) == 0;
    if (!ok)
        write_failed(draft, err);
    close(fd);
    return ok;
}

/* Whole or not at all, and never in place of another one. */
static bool publish(const char *draft, const char *path, const char *directory, struct error *err)
{
    bool ok = link(draft, path) == 0 || errno == EEXIST || write_failed(path, err);
    return ok && directory_sync(directory, err);
}

bool secret_key_create(struct secret_key *key, const char *path, struct error *err)
{
    char suffix[13];
    id_suffix(suffix, sizeof suffix - 1);
    char *directory = path_directory(path), *draft = NULL;
    bool ok = directory && asprintf(&draft, "%s.%s", path, suffix) >= 0;
    if (!ok)
        draft = NULL;
    ok = ok || error_nomem(err);
    ok = ok && start_sodium(err) && directory_make(directory, 0700, err);
    if (ok) {
        randombytes_buf(key->bytes, sizeof key->bytes);
        ok = write_draft(key, draft, err) && publish(draft, path, directory, err);
        unlink(draft);
    }
    free(draft);
    free(directory);
    return ok && secret_key_load(key, path, err);
}

/* ---- sealing ---- */

char *secret_key_seal(const struct secret_key *key, const char *about, const char *text,
                      struct error *err)
{
    size_t length = strlen(text), size = NONCE + length + TAG;
    size_t printable = sodium_base64_ENCODED_LEN(size, sodium_base64_VARIANT_ORIGINAL);
    unsigned char *box = malloc(size);
    char *sealed = malloc(printable);
    if (box && sealed) {
        randombytes_buf(box, NONCE);
        crypto_aead_xchacha20poly1305_ietf_encrypt(box + NONCE, NULL, (const unsigned char *)text,
                                                   length, (const unsigned char *)about,
                                                   strlen(about), NULL, box, key->bytes);
        sodium_bin2base64(sealed, printable, box, size, sodium_base64_VARIANT_ORIGINAL);
    } else {
        error_nomem(err);
        free(sealed);
        sealed = NULL;
    }
    free(box);
    return sealed;
}

/* @return whether all is well and `text` is filled */
static bool open_box(const struct secret_key *key, const char *about, const unsigned char *box,
                     size_t size, char *text)
{
    unsigned long long length;
    if (size < NONCE + TAG ||
        crypto_aead_xchacha20poly1305_ietf_decrypt(
            (unsigned char *)text, &length, NULL, box + NONCE, size - NONCE,
            (const unsigned char *)about, strlen(about), box, key->bytes) != 0)
        return false;
    text[length] = '\0';
    return true;
}

char *secret_key_open(const struct secret_key *key, const char *about, const char *sealed,
                      struct error *err)
{
    size_t length = strlen(sealed), size = 0;
    unsigned char *box = malloc(length + 1);
    char *text = malloc(length + 1);
    if (!box || !text) {
        error_nomem(err);
    } else if (sodium_base642bin(box, length + 1, sealed, length, NULL, &size, NULL,
                                 sodium_base64_VARIANT_ORIGINAL) != 0 ||
               !open_box(key, about, box, size, text)) {
        error_set(err, ERROR_STORAGE, "damaged, or put in the place of something else");
    } else {
        free(box);
        return text;
    }
    free(box);
    free(text);
    return NULL;
}

void secret_free(char *text)
{
    if (text)
        sodium_memzero(text, strlen(text));
    free(text);
}
