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
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    is_loaded = library && load_symbol(library, &curl.easy_init, "curl_easy_init") &&
                load_symbol(library, &curl.easy_setopt, "curl_easy_setopt") &&
                load_symbol(library, &curl.easy_perform, "curl_easy_perform") &&
                load_symbol(library, &curl.easy_getinfo, "curl_easy_getinfo") &&
                load_symbol(library, &curl.easy_cleanup, "curl_easy_cleanup") &&
                load_symbol(library, &curl.easy_strerror, "curl_easy_strerror") &&
                load_symbol(library, &curl.slist_append, "curl_slist_append") &&
                load_symbol(library, &curl.slist_free_all, "curl_slist_free_all");
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
