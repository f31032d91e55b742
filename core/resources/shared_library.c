/* shared_library.c - see shared_library.h. */
#include "resources/shared_library.h"

#include <dlfcn.h>
#include <pthread.h>

static bool load_symbol(void *handle, const struct shared_symbol *symbol)
{
    void *found = dlsym(handle, symbol->name);
    *(void **)symbol->target = found;
    return found != NULL;
}

static bool load(const struct shared_library *library)
{
    void *handle = dlopen(library->name, RTLD_NOW | RTLD_LOCAL);
    bool ok = handle;
    for (size_t i = 0; ok && i < library->symbol_count; i++)
        ok = load_symbol(handle, &library->symbols[i]);
    if (handle && !ok)
        dlclose(handle);
    return ok;
}

bool shared_library_load(struct shared_library *library, struct error *err)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    if (library->state == SHARED_LIBRARY_UNTRIED)
        library->state = load(library) ? SHARED_LIBRARY_LOADED : SHARED_LIBRARY_MISSING;
    bool is_loaded = library->state == SHARED_LIBRARY_LOADED;
    pthread_mutex_unlock(&mutex);
    return is_loaded ||
           error_set(err, ERROR_UNSUPPORTED, "this needs %s (Debian: %s), which cannot be loaded",
                     library->name, library->package);
}
