/* shared_library.h - a shared library that is loaded when first needed: with all that it needs
 * itself, it would cost every start some milliseconds. */
#ifndef CLOUDIFY_RESOURCES_SHARED_LIBRARY_H
#define CLOUDIFY_RESOURCES_SHARED_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct shared_symbol {
    const char *name;
    void *target; /* the address of the function pointer that is to hold it */
};

/* Static, one for each library; the state is shared_library_load()'s own. */
struct shared_library {
    const char *name;    /* of the file, such as "libcurl.so.4" */
    const char *package; /* the Debian package that has it */
    const struct shared_symbol *symbols;
    size_t symbol_count;
    enum { SHARED_LIBRARY_UNTRIED, SHARED_LIBRARY_LOADED, SHARED_LIBRARY_MISSING } state;
};

/**
 * Load `library` and fill in the targets of its symbols, unless that has been tried before. Any
 * thread may call it; a library that is loaded stays so.
 *
 * @return whether it is loaded; if not, `err` is set: ERROR_UNSUPPORTED
 */
bool shared_library_load(struct shared_library *library, struct error *err);

#endif
