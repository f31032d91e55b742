/* libarchive.c - see libarchive.h. */
#include "resources/libarchive.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define SYMBOL(name)                                                                               \
    {                                                                                              \
        "archive_" #name, &library.name                                                            \
    }

static struct libarchive library;
static bool is_loaded;

static bool load_symbol(void *handle, void *target, const char *name)
{
    void *symbol = dlsym(handle, name);
    *(void **)target = symbol;
    return symbol != NULL;
}

static void load(void)
{
    static const struct {
        const char *name;
        void *target;
    } symbols[] = {
        SYMBOL(error_string),
        SYMBOL(read_new),
        SYMBOL(read_support_filter_gzip),
        SYMBOL(read_support_filter_bzip2),
        SYMBOL(read_support_filter_xz),
        SYMBOL(read_support_format_tar),
        SYMBOL(read_support_format_zip),
        SYMBOL(read_open_fd),
        SYMBOL(read_next_header),
        SYMBOL(read_data),
        SYMBOL(read_free),
        SYMBOL(write_new),
        SYMBOL(write_add_filter_gzip),
        SYMBOL(write_set_format_pax_restricted),
        SYMBOL(write_set_options),
        SYMBOL(write_open_filename),
        SYMBOL(write_header),
        SYMBOL(write_data),
        SYMBOL(write_close),
        SYMBOL(write_free),
        SYMBOL(entry_new),
        SYMBOL(entry_free),
        SYMBOL(entry_pathname),
        SYMBOL(entry_symlink),
        SYMBOL(entry_hardlink),
        SYMBOL(entry_filetype),
        SYMBOL(entry_mode),
        SYMBOL(entry_is_encrypted),
        SYMBOL(entry_set_pathname),
        SYMBOL(entry_set_symlink),
        SYMBOL(entry_set_filetype),
        SYMBOL(entry_set_perm),
        SYMBOL(entry_set_size),
        SYMBOL(entry_set_mtime),
    };
    void *handle = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);
    is_loaded = handle;
    for (size_t i = 0; is_loaded && i < sizeof symbols / sizeof *symbols; i++)
        is_loaded = load_symbol(handle, symbols[i].target, symbols[i].name);
    if (handle && !is_loaded)
        dlclose(handle);
}

const struct libarchive *libarchive(struct error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (is_loaded)
        return &library;
    error_set(err, ERROR_UNSUPPORTED,
              "this needs libarchive.so.13 (Debian: libarchive13), which cannot be loaded");
    return NULL;
}
