/* file_bundle.h - a blueprint out of several files in one text, for tables of imports. */
#ifndef CLOUDIFY_TEST_DSL_FILE_BUNDLE_H
#define CLOUDIFY_TEST_DSL_FILE_BUNDLE_H

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/strbuf.h"
#include "dsl/blueprint.h"
#include "diagnostics_text.h"

/* Before each file but the first, blueprint.yaml: "%%% path\n". */
#define FILE_MARK "%%% "

static inline bool bundle_write_file(const char *path, const char *text, size_t length)
{
    struct error err = {0};
    char *directory = path_directory(path);
    bool ok = directory && directory_make(directory, 0700, &err) &&
              file_write(path, text, length, 0600, &err);
    free(directory);
    return ok;
}

/** Write the files of `bundle` below the working directory. */
static inline bool bundle_write(const char *bundle)
{
    char path[256] = "blueprint.yaml";
    bool ok = true;
    while (ok && bundle) {
        const char *end = strstr(bundle, FILE_MARK);
        size_t length = end ? (size_t)(end - bundle) : strlen(bundle);
        ok = bundle_write_file(path, bundle, length);
        bundle = end;
        if (end) {
            size_t name = strcspn(end + strlen(FILE_MARK), "\n");
            snprintf(path, sizeof path, "%.*s", (int)name, end + strlen(FILE_MARK));
            bundle = end + strlen(FILE_MARK) + name + 1;
        }
    }
    return ok;
}

/**
 * Parse blueprint.yaml of `bundle`.
 *
 * @param text receives the errors, as they are told
 * @return the plan, new, or NULL
 */
static inline struct plan *bundle_parse(const char *bundle, struct strbuf *text)
{
    static const char *const plugins[] = {"installed", NULL};
    const struct blueprint_options options = {.resources = "resources",
                                              .plugin_directories = plugins};
    char directory[] = "/tmp/cloudify-bundle-XXXXXX", before[4096];
    struct diagnostics out = {0};
    struct error err = {0};
    struct plan *plan = NULL;
    if (getcwd(before, sizeof before) && mkdtemp(directory) && !chdir(directory)) {
        if (bundle_write(bundle))
            plan = blueprint_parse("blueprint.yaml", &options, &out);
        diagnostics_write(&out, text);
        if (chdir(before) || !tree_remove(directory, &err))
            strbuf_addf(text, "cannot clean up: %s", err.text);
    }
    diagnostics_release(&out);
    return plan;
}

#endif
