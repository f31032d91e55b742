/* vault_test.c - secrets at rest: sealed, bound to their names, under a key apart. */
#include "storage/vault.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "storage/disclosure.h"

#include "../check.h"

static char directory[] = "/tmp/vault_test_XXXXXX";

static char *path_of(const char *name)
{
    return path_join(directory, name);
}

/* ---- sealing ---- */

static void test_seal(void)
{
    struct error err = {0};
    struct secret_key key, other;
    char *path = path_of("seal.key"), *other_path = path_of("other.key");
    CHECK(secret_key_create(&key, path, &err) && secret_key_create(&other, other_path, &err),
          "keys are made: %s", err.text);
    CHECK(strcmp(key.id, other.id) != 0 && strlen(key.id) == SECRET_KEY_ID_SIZE - 1,
          "each has a name of its own");
    char *sealed = secret_key_seal(&key, "a", "the text", &err);
    char *again = secret_key_seal(&key, "a", "the text", &err);
    char *opened = secret_key_open(&key, "a", sealed, &err);
    CHECK(opened && !strcmp(opened, "the text"), "what is sealed can be opened: %s", err.text);
    CHECK(strcmp(sealed, again) != 0, "no two seals are alike");
    secret_free(opened);

    opened = secret_key_open(&key, "b", sealed, &err);
    CHECK(!opened && err.code == ERROR_STORAGE, "not as something else: %s", err.text);
    error_clear(&err);
    opened = secret_key_open(&other, "a", sealed, &err);
    CHECK(!opened && err.code == ERROR_STORAGE, "not with another key: %s", err.text);
    free(again);
    free(sealed);
    free(other_path);
    free(path);
}

/* Every single character counts, and so does the length. */
static void test_tamper(void)
{
    struct error err = {0};
    struct secret_key key;
    char *path = path_of("seal.key");
    CHECK(secret_key_load(&key, path, &err), "the key is read: %s", err.text);
    char *sealed = secret_key_seal(&key, "a", "the text", &err);
    size_t length = strlen(sealed);
    int opened = 0;
    for (size_t i = 0; i < length; i++) {
        char kept = sealed[i];
        sealed[i] = kept == 'A' ? 'B' : 'A';
        struct error why = {0};
        char *text = secret_key_open(&key, "a", sealed, &why);
        /* What stands for no bits at the end of base64 may be refused or ignored. */
        opened += text && strcmp(text, "the text") != 0;
        CHECK(text || why.code == ERROR_STORAGE, "character %zu of %zu counts", i, length);
        secret_free(text);
        sealed[i] = kept;
    }
    CHECK(opened == 0, "nothing else is ever read");
    for (size_t cut = 0; cut < length; cut += 4) {
        struct error why = {0};
        char *part = strndup(sealed, cut);
        CHECK(!secret_key_open(&key, "a", part, &why), "%zu characters are too few", cut);
        free(part);
    }
    free(sealed);
    free(path);
}

/* ---- the key's file ---- */

static const struct {
    mode_t mode;
    off_t size;
    const char *says;
} files[] = {
    {0600, 32, NULL},
    {0400, 32, NULL},
    {0640, 32, "is open to others (mode 0640)"},
    {0604, 32, "is open to others (mode 0604)"},
    {0600, 31, "is no secret key: it has 31 bytes, a key has 32"},
    {0600, 0, "is no secret key: it has 0 bytes"},
};

static void test_files(void)
{
    char *path = path_of("file.key");
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct error err = {0};
        struct secret_key key;
        unlink(path);
        CHECK(secret_key_create(&key, path, &err), "a key is made: %s", err.text);
        CHECK(!truncate(path, files[i].size) && !chmod(path, files[i].mode), "and changed");
        bool ok = secret_key_load(&key, path, &err);
        CHECK(ok == !files[i].says, "mode %04o, %d bytes: %s", (unsigned)files[i].mode,
              (int)files[i].size, err.text);
        CHECK(ok || (err.code == ERROR_STATE && strstr(err.text, files[i].says)), "says why");
    }
    struct error err = {0};
    struct secret_key key;
    CHECK(!secret_key_load(&key, "/dev/zero", &err) && err.code == ERROR_STATE, "a device: %s",
          err.text);
    error_clear(&err);
    CHECK(!secret_key_load(&key, "/nowhere/key", &err) && err.code == ERROR_NOT_FOUND, "none: %s",
          err.text);
    free(path);
}

static void test_no_overwrite(void)
{
    struct error err = {0};
    struct secret_key first, second;
    char *path = path_of("once/deep/secret.key");
    struct stat status;
    CHECK(secret_key_create(&first, path, &err), "directories are made: %s", err.text);
    CHECK(secret_key_create(&second, path, &err), "once more: %s", err.text);
    CHECK(!memcmp(first.bytes, second.bytes, SECRET_KEY_SIZE), "it is the key of the first");
    CHECK(!stat(path, &status) && (status.st_mode & 07777) == 0600, "private");
    free(path);
}

/* ---- a vault ---- */

static struct store *open_store(const char *name)
{
    struct error err = {0};
    char *path = path_of(name);
    struct store *store = store_open(path, STORE_WRITE, &err);
    CHECK(store, "the store opens: %s", err.text);
    free(path);
    return store;
}

static struct vault *open_vault(struct store *store, const char *key)
{
    struct error err = {0};
    char *path = key ? path_of(key) : NULL;
    struct vault *vault = vault_new(store, path, &err);
    free(path);
    return vault;
}

static bool has_value(struct vault *vault, const char *name, const char *value)
{
    struct error err = {0};
    char *text = vault_read(vault, name, &err);
    bool same = text && !strcmp(text, value);
    CHECK(same, "'%s' is '%s': %s", name, value, err.text);
    secret_free(text);
    return same;
}

static void test_vault(void)
{
    struct error err = {0};
    struct store *store = open_store("store");
    struct vault *vault = open_vault(store, "vault.key");
    CHECK(!vault_read(vault, "a", &err) && !err.code, "at first there is none");
    CHECK(vault_write(vault, "a", "one", VAULT_CREATE, &err), "one is kept: %s", err.text);
    CHECK(!vault_write(vault, "a", "two", VAULT_CREATE, &err) && err.code == ERROR_EXISTS, "once");
    error_clear(&err);
    has_value(vault, "a", "one");
    CHECK(vault_write(vault, "a", "two", VAULT_UPDATE, &err), "it is changed: %s", err.text);
    has_value(vault, "a", "two");
    CHECK(!vault_write(vault, "b", "x", VAULT_UPDATE, &err) && err.code == ERROR_NOT_FOUND,
          "only one that is there: %s", err.text);
    error_clear(&err);
    CHECK(vault_write(vault, "b", "x", VAULT_PUT, &err) && vault_has(vault, "b", &err), "or not");
    CHECK(vault_delete(vault, "b", &err) && !vault_has(vault, "b", &err) && !err.code, "forgotten");
    CHECK(!vault_delete(vault, "b", &err) && err.code == ERROR_NOT_FOUND, "once");
    vault_free(vault);
    store_close(store);
}

/* Two stores may share a key; one of another key is refused, and nothing is written with it. */
static void test_keys(void)
{
    struct error err = {0};
    struct store *one = open_store("store"), *two = open_store("second");
    struct vault *shared = open_vault(two, "vault.key"), *wrong = open_vault(one, "other.key");
    struct vault *nowhere = open_vault(one, NULL);
    CHECK(vault_write(shared, "a", "of two", VAULT_CREATE, &err), "one key does: %s", err.text);
    CHECK(!vault_read(wrong, "a", &err) && err.code == ERROR_STATE, "a wrong key: %s", err.text);
    error_clear(&err);
    CHECK(!vault_write(wrong, "c", "x", VAULT_PUT, &err) && err.code == ERROR_STATE, "to write");
    error_clear(&err);
    CHECK(!vault_has(wrong, "c", &err) && !err.code, "nothing was written");
    CHECK(!vault_read(nowhere, "a", &err) && err.code == ERROR_STATE, "no place: %s", err.text);
    vault_free(nowhere);
    vault_free(wrong);
    vault_free(shared);
    store_close(two);
    store_close(one);
}

static const struct {
    const char *name, *value, *says;
} refused[] = {
    {"", "x", "the name of a secret must be UTF-8"},
    {"a\nb", "x", "the name of a secret must be UTF-8"},
    {"\xff", "x", "the name of a secret must be UTF-8"},
    {"n", "", "secret 'n': its value must not be empty"},
    {"n", "\xc3", "secret 'n': its value is not text (UTF-8)"},
};

static void test_refused(void)
{
    struct store *store = open_store("store");
    struct vault *vault = open_vault(store, "vault.key");
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct error err = {0};
        CHECK(!vault_write(vault, refused[i].name, refused[i].value, VAULT_PUT, &err) &&
                  err.code == ERROR_INVALID && strstr(err.text, refused[i].says),
              "refused: %s", err.text);
    }
    char *text = calloc(1, SECRET_LIMIT + 2);
    memset(text, 'x', SECRET_LIMIT);
    struct error err = {0};
    CHECK(vault_write(vault, "long", text, VAULT_PUT, &err), "the longest: %s", err.text);
    has_value(vault, "long", text);
    text[SECRET_LIMIT] = 'x';
    CHECK(!vault_write(vault, "long", text, VAULT_PUT, &err), "one byte more: %s", err.text);
    free(text);
    vault_free(vault);
    store_close(store);
}

static void test_rotate(void)
{
    struct error err = {0};
    struct store *store = open_store("store");
    struct vault *vault = open_vault(store, "vault.key"), *late = open_vault(store, "vault.key");
    char *path = path_of("rotated.key");
    has_value(late, "a", "two");
    CHECK(vault_rotate(vault, path, &err), "the key is exchanged: %s", err.text);
    has_value(vault, "a", "two");
    CHECK(!vault_read(late, "a", &err) && err.code == ERROR_STATE, "the old one is none: %s",
          err.text);
    error_clear(&err);
    CHECK(!vault_rotate(vault, path, &err) && err.code == ERROR_INVALID, "not twice: %s", err.text);
    has_value(vault, "a", "two");
    free(path);
    vault_free(late);
    vault_free(vault);
    store_close(store);
}

/* ---- giving out ---- */

static void test_disclosure(void)
{
    struct error err = {0};
    struct store *store = open_store("second");
    struct vault *vault = open_vault(store, "vault.key");
    struct disclosure disclosure;
    CHECK(disclosure_init(&disclosure, vault, NULL, false, &err), "it begins: %s", err.text);
    CHECK(mask_is_empty(disclosure.mask), "with nothing hidden");
    json_t *none = disclosure_secret(&disclosure, "none", &err);
    CHECK(!none && !err.code && mask_is_empty(disclosure.mask), "one that is not there");
    json_t *text = disclosure_secret(&disclosure, "a", &err);
    CHECK(text && !strcmp(json_string_value(text), "of two"), "one is given out: %s", err.text);
    CHECK(mask_finds(disclosure.mask, text), "and hidden");
    json_decref(text);
    disclosure_release(&disclosure);
    vault_free(vault);
    store_close(store);
}

/* ---- many at once ---- */

static int create_one(int i)
{
    struct error err = {0};
    char *path = path_of("many");
    char name[16], *key = path_of("many-keys/secret.key");
    struct store *store = store_open(path, STORE_WRITE, &err);
    struct vault *vault = store ? vault_new(store, key, &err) : NULL;
    snprintf(name, sizeof name, "s%d", i);
    bool ok = vault && vault_write(vault, name, name, VAULT_CREATE, &err);
    if (!ok)
        printf("# %s\n", err.text);
    vault_free(vault);
    store_close(store);
    free(key);
    free(path);
    return ok ? 0 : 1;
}

static void test_many(void)
{
    enum { PROCESSES = 8 };
    int failed = 0, status;
    fflush(stdout);
    for (int i = 0; i < PROCESSES; i++) {
        if (fork() == 0)
            _exit(create_one(i));
    }
    while (wait(&status) > 0)
        failed += status != 0;
    CHECK(failed == 0, "processes that make the first secret at once all succeed");
    struct store *store = open_store("many");
    struct vault *vault = open_vault(store, "many-keys/secret.key");
    for (int i = 0; i < PROCESSES; i++) {
        char name[16];
        snprintf(name, sizeof name, "s%d", i);
        has_value(vault, name, name);
    }
    vault_free(vault);
    store_close(store);
}

int main(void)
{
    struct error err = {0};
    if (!mkdtemp(directory))
        return 1;
    test_seal();
    test_tamper();
    test_files();
    test_no_overwrite();
    test_vault();
    test_keys();
    test_refused();
    test_rotate();
    test_disclosure();
    test_many();
    tree_remove(directory, &err);
    return checks_done();
}
