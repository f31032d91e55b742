/* keeping.c - see keeping.h. */
#include "resources/keeping.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/strbuf.h"

static const char downloads[] = "downloads", operations[] = "operations";

/* WORKDIR/KIND[/OPERATION][END]; new, or NULL. */
static char *folder_of(const char *workdir, const char *kind, const char *operation,
                       const char *end)
{
    struct strbuf path = STRBUF_INIT;
    strbuf_add_all(&path, workdir, "/", kind);
    if (operation)
        strbuf_add_all(&path, "/", operation);
    strbuf_adds(&path, end);
    return strbuf_detach(&path);
}

char *keeping_new(const char *workdir, const char *operation, struct error *err)
{
    const char *kind = operation ? operations : downloads;
    char *parent = folder_of(workdir, kind, operation, "");
    char *path = folder_of(workdir, kind, operation, "/XXXXXX");
    bool ok = (parent && path) || error_nomem(err);
    if (ok && directory_make(parent, 0700, err) && !mkdtemp(path))
        error_set(err, ERROR_IO, "cannot make a folder in '%s': %m", parent);
    free(parent);
    if (!err->code)
        return path;
    free(path);
    return NULL;
}

static bool end(const char *workdir, const char *kind, const char *operation, struct error *err)
{
    struct stat info;
    char *path = folder_of(workdir, kind, operation, "");
    bool ok = path ? lstat(path, &info) || tree_remove(path, err) : error_nomem(err);
    free(path);
    return ok;
}

bool keeping_end_operation(const char *workdir, const char *operation, struct error *err)
{
    return end(workdir, operations, operation, err);
}

bool keeping_end_operations(const char *workdir, struct error *err)
{
    return end(workdir, operations, NULL, err);
}

bool keeping_end_deployment(const char *workdir, struct error *err)
{
    return end(workdir, downloads, NULL, err) && keeping_end_operations(workdir, err);
}
