/* curl.c - see curl.h. */
#include "resources/curl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

static struct curl_library curl;
static bool is_loaded;

static bool load_symbol(void *library, void *target, const char *name)
{
    void *symbol = dlsym(library, name);
    *(void **)target = symbol;
    return symbol != NULL;
}

static void load(void)
{
    static const struct {
        const char *name;
        void *target;
    } symbols[] = {
        {"curl_easy_init", &curl.easy_init},
        {"curl_easy_setopt", &curl.easy_setopt},
        {"curl_easy_perform", &curl.easy_perform},
        {"curl_easy_getinfo", &curl.easy_getinfo},
        {"curl_easy_cleanup", &curl.easy_cleanup},
        {"curl_easy_strerror", &curl.easy_strerror},
        {"curl_multi_init", &curl.multi_init},
        {"curl_multi_setopt", &curl.multi_setopt},
        {"curl_multi_add_handle", &curl.multi_add_handle},
        {"curl_multi_remove_handle", &curl.multi_remove_handle},
        {"curl_multi_assign", &curl.multi_assign},
        {"curl_multi_socket_action", &curl.multi_socket_action},
        {"curl_multi_info_read", &curl.multi_info_read},
        {"curl_multi_cleanup", &curl.multi_cleanup},
        {"curl_multi_strerror", &curl.multi_strerror},
        {"curl_slist_append", &curl.slist_append},
        {"curl_slist_free_all", &curl.slist_free_all},
    };
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    is_loaded = library;
    for (size_t i = 0; is_loaded && i < sizeof symbols / sizeof *symbols; i++)
        is_loaded = load_symbol(library, symbols[i].target, symbols[i].name);
    if (library && !is_loaded)
        dlclose(library);
}

const struct curl_library *curl_library(struct error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (is_loaded)
        return &curl;
    error_set(err, ERROR_UNSUPPORTED,
              "this needs libcurl.so.4 (Debian: libcurl4), which cannot be loaded");
    return NULL;
}
