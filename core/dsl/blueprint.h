/* blueprint.h - from a YAML file with its imports to a plan. */
#ifndef CLOUDIFY_DSL_BLUEPRINT_H
#define CLOUDIFY_DSL_BLUEPRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/error.h"
#include "dsl/diagnostics.h"
#include "dsl/plan.h"

/* Finds what is neither a file nor built in: URLs, `plugin:NAME`, `blueprint:ID` (dsl.md 2.3). */
struct import_resolver {
    void *data;
    /**
     * The file that a remote import stands for; asked first. May be NULL: for none of them.
     *
     * @param name the import as written, without its namespace
     * @return its path, new; or NULL, with `err` set if there can be no such import
     */
    char *(*locate)(void *data, const char *name, struct error *err);
    /**
     * What a URL gives.
     *
     * @return the text, new, `*length` bytes and a NUL; or NULL with `err` set
     */
    char *(*read)(void *data, const char *name, size_t *length, struct error *err);
    /**
     * The installed versions of a plugin's package. May be NULL: none is.
     *
     * @return a list of {version, folder}, newest first, new; or NULL with `err` set
     */
    json_t *(*installed)(void *data, const char *package, struct error *err);
};

struct blueprint_options {
    const struct import_resolver *resolver; /* NULL: only files and the built-in types */
    /* NULL-ended list of "PREFIX=REPLACEMENT", or NULL: from where imports whose URL begins with
     * PREFIX are fetched first (dsl.md 2.5); `import_rules_only`: nor from the URL itself then. */
    const char *const *import_rules;
    bool import_rules_only;
    const char *resources; /* directory for imports and scripts besides the blueprint's, or NULL */
    const char *const *plugin_directories; /* NULL-ended; NAME/plugin.yaml in one of them is what
                                              `plugin:NAME` imports; or NULL */
    time_t now;                            /* of times of day without a date; 0: the present */
    bool ignore_versions;                  /* all versions may use all of the language */
    bool strict;                           /* warn of what is allowed but probably not meant */
    bool keep_invalid_functions; /* check only the shapes of calls, not what they refer to */
    bool keep_invalid_defaults;  /* do not test defaults of inputs against their constraints */
};

/**
 * Read, check and compile the blueprint at `path` (dsl.md 0 to 6, 8 to 11).
 *
 * @param options NULL: all defaults
 * @param out receives every error and warning
 * @return a new plan, or NULL if there is an error in `out`
 */
struct plan *blueprint_parse(const char *path, const struct blueprint_options *options,
                             struct diagnostics *out);

/** A JSON Schema of one file of a blueprint, made of the tables of the elements; new, or NULL. */
json_t *blueprint_schema(void);

#endif
