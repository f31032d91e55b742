/* text_blueprint.h - a blueprint out of a text, for tables of small blueprints. */
#ifndef CLOUDIFY_TEST_DSL_TEXT_BLUEPRINT_H
#define CLOUDIFY_TEST_DSL_TEXT_BLUEPRINT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dsl/blueprint.h"

/**
 * Parse `text`, a blueprint in the version `version` (n of cloudify_dsl_1_n).
 *
 * @return a new plan; or NULL with the errors in `out`, whose files are called `blueprint`
 */
static inline struct plan *parse_text(int version, const char *text,
                                      const struct blueprint_options *options,
                                      struct diagnostics *out)
{
    char directory[] = "/tmp/cloudify-blueprint-XXXXXX", path[64] = "";
    struct plan *plan = NULL;
    FILE *file = NULL;
    if (mkdtemp(directory)) {
        snprintf(path, sizeof path, "%s/blueprint.yaml", directory);
        file = fopen(path, "w");
    }
    if (file) {
        fprintf(file, "tosca_definitions_version: cloudify_dsl_1_%d\n%s", version, text);
        fclose(file);
        plan = blueprint_parse(path, options, out);
        unlink(path);
    }
    rmdir(directory);
    return plan;
}

/** The first error as it is told, without its place; "" if there is none. */
static inline const char *first_error(const struct diagnostics *out)
{
    for (size_t i = 0; i < out->count; i++) {
        if (out->items[i].severity == DIAGNOSTIC_ERROR)
            return out->items[i].message;
    }
    return "";
}

/** Its number in the reference, or 0. */
static inline int first_number(const struct diagnostics *out)
{
    for (size_t i = 0; i < out->count; i++) {
        if (out->items[i].severity == DIAGNOSTIC_ERROR)
            return out->items[i].code->number;
    }
    return 0;
}

#endif
