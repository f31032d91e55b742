/* keeping.c - see keeping.h. */
#include "resources/keeping.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/strbuf.h"

static const char downloads[] = "downloads", operations[] = "operations";
static const char hold_mark[] = "keep-files";

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

bool keeping_hold(const char *workdir, bool hold, struct error *err)
{
    char *mark = folder_of(workdir, hold_mark, NULL, "");
    bool ok = mark || error_nomem(err);
    if (ok && hold)
        ok = file_write(mark, "", 0, 0600, err);
    else if (ok && unlink(mark) && errno != ENOENT)
        ok = error_set(err, ERROR_IO, "cannot remove '%s': %m", mark);
    free(mark);
    return ok;
}

static bool end(const char *workdir, const char *kind, const char *operation, struct error *err)
{
    struct stat info;
    char *mark = folder_of(workdir, hold_mark, NULL, "");
    char *path = folder_of(workdir, kind, operation, "");
    bool ok = (mark && path) || error_nomem(err);
    if (ok && lstat(mark, &info) && !lstat(path, &info))
        ok = tree_remove(path, err);
    free(path);
    free(mark);
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
