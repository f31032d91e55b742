/* embedded.c - see embedded.h. */
#include "base/embedded.h"

#include <string.h>

const struct embedded_file *embedded_find(const struct embedded_file *files, const char *name)
{
    for (const struct embedded_file *file = files; file->name; file++) {
        if (!strcmp(file->name, name))
            return file;
    }
    return NULL;
}
