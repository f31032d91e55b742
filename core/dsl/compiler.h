/* compiler.h - what the parts of the blueprint compiler share; private to dsl/. */
#ifndef CLOUDIFY_DSL_COMPILER_H
#define CLOUDIFY_DSL_COMPILER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/suggest.h"
#include "dsl/blueprint.h"
#include "dsl/diagnostic_codes.h"
#include "dsl/diagnostics.h"
#include "dsl/document.h"
#include "dsl/element.h"
#include "dsl/plan.h"
#include "yaml/yaml.h"

/* One of several definitions that make up an entry, in the order of merging (dsl.md 2.6). */
struct entry_part {
    const struct yaml_node *value;
    struct entry_part *next;
};

/* One entry of a section, in the merged blueprint. */
struct entry {
    const char *name;
    const struct yaml_node *at;    /* the name, where it is defined */
    const struct yaml_node *value; /* NULL or a null: empty */
    const struct document *document;
    struct entry_part *parts; /* node templates and workflows of several files, else NULL */
};

enum section {
    SECTION_INPUTS,
    SECTION_DATA_TYPES,
    SECTION_PLUGINS,
    SECTION_NODE_TYPES,
    SECTION_RELATIONSHIPS,
    SECTION_NODE_TEMPLATES,
    SECTION_WORKFLOWS,
    SECTION_OUTPUTS,
    SECTION_CAPABILITIES,
    SECTION_GROUPS,
    SECTION_POLICIES,
    SECTION_POLICY_TYPES,
    SECTION_POLICY_TRIGGERS,
    SECTION_LABELS,
    SECTION_BLUEPRINT_LABELS,
    SECTION_RESOURCE_TAGS,
    SECTION_DEPLOYMENT_SETTINGS,
    SECTION_COUNT
};

struct compiler {
    const struct blueprint_options *options;
    struct diagnostics *out;
    struct arena arena;          /* what is needed only while compiling */
    struct arena scratch;        /* what is needed only while one template is compiled */
    int version;                 /* n of cloudify_dsl_1_n, of the main file */
    const char *directory;       /* of the main file: scripts are relative to it */
    struct source *sources;      /* every text that was read */
    struct document **documents; /* main first, then in the order of imports */
    size_t document_count;
    size_t document_weight;             /* values in all of them */
    size_t inherited_values;            /* see compiler_charge() */
    unsigned type_depth;                /* types that are being resolved, one for another */
    struct map sections[SECTION_COUNT]; /* name -> struct entry */
    const struct yaml_node *description, *metadata;
    struct map data_types;         /* name -> struct data_type */
    struct map node_types;         /* name -> struct type */
    struct map relationship_types; /* name -> struct type */
    struct map plugins;            /* name -> struct plan_plugin */
    struct map script_files;       /* implementation -> whether it is a file */
    struct map checked_code;       /* implementations that strict checks have looked at */
    struct plan *plan;
};

/**
 * Record an error at the node `at` (may be NULL) and `path` (may be NULL).
 *
 * @return false
 */
bool compiler_error(struct compiler *c, const struct diagnostic_code *code,
                    const struct yaml_node *at, const struct path *path, const char *hint,
                    const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/** Record a warning, as compiler_error() an error. */
void compiler_warn(struct compiler *c, const struct diagnostic_code *code,
                   const struct yaml_node *at, const struct path *path, const char *hint,
                   const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/** Record that memory ran out. @return false */
bool compiler_nomem(struct compiler *c);
/**
 * Count values that a small blueprint may make very many of: what types inherit, and what defaults
 * of data types bring.
 *
 * @return false: there are too many, reported
 */
bool compiler_charge(struct compiler *c, size_t values, const struct yaml_node *at,
                     const struct path *path);
/** Memory of the compilation, zeroed; or NULL, recorded. */
void *compiler_alloc(struct compiler *c, size_t size);
/** "did you mean 'x'?" for the best of `suggestion`, or NULL; good as long as the compiler. */
const char *compiler_hint(struct compiler *c, const struct suggestion *suggestion);
/** "did you mean 'x'?" for the key of `known` that is most like `wanted`, or NULL. */
const char *compiler_hint_from(struct compiler *c, const char *wanted, const struct map *known);
/** The same for a type; or, if `wanted` is one of those that come with the runtime, and `known` has
 * none of them, that they may have to be imported. */
const char *compiler_type_hint(struct compiler *c, const char *wanted, const struct map *known);
/** The entry called `name` of a section, or NULL. */
const struct entry *compiler_entry(const struct compiler *c, enum section section,
                                   const char *name);
/** The value of `key` in the first part of an entry that has it; as field_of() otherwise. */
const struct yaml_node *entry_field(const struct entry *entry, const char *key);
/** The value of `key` in the map `node`; NULL also where `node` is no map or the value is null. */
const struct yaml_node *field_of(const struct yaml_node *node, const char *key);
/** The string at `key`, or `fallback`. */
const char *field_string(const struct yaml_node *node, const char *key, const char *fallback);
/** The boolean at `key`, or `fallback`. */
bool field_boolean(const struct yaml_node *node, const char *key, bool fallback);
/**
 * `node` as JSON, NULL as null; new, or NULL with the lack of memory recorded. The calls of
 * functions in it have marks then: who changes one marks the changed one (plan_mark_value()).
 */
json_t *compiler_json(struct compiler *c, const struct yaml_node *node);

/* imports.c */

/**
 * Read the blueprint at `path` and all that it imports, and merge the sections (dsl.md 1, 2).
 *
 * @return whether there was no error
 */
bool compiler_load(struct compiler *c, const char *path);

/* language_version.c */

/** Take the version of the language from the root of the main file. @return false: reported */
bool compiler_read_version(struct compiler *c, const struct yaml_node *root);
/** Whether an import is not newer than the main file; else reported. */
bool document_check_version(struct compiler *c, const struct document *document);
/** Whether the blueprint may use what came with version cloudify_dsl_1_`minor`. */
bool compiler_has_version(const struct compiler *c, int minor);
/** Whether versions count at all. */
bool compiler_checks_versions(const struct compiler *c);

/* declarations.c: sections that stand alone. Each returns whether there was no error. */

/** Fill the plan's plugins (dsl.md 8.2). */
bool compile_plugins(struct compiler *c);
/** Fill the plan's input schemas (dsl.md 3). */
bool compile_inputs(struct compiler *c);
/** Fill the plan's workflows (dsl.md 8.1); the plugins must be there. */
bool compile_workflows(struct compiler *c);
/** Whether a workflow's `node_instances_active` says all, partial and none; else reported. */
bool instances_active_check(struct compiler *c, const char *subject, const struct yaml_node *values,
                            const struct path *path);
/** Fill the plan's outputs and capabilities (dsl.md 9). */
bool compile_outputs(struct compiler *c);

/* nodes.c */

/** Fill the plan's nodes (dsl.md 6); types and plugins must be there. */
bool compile_nodes(struct compiler *c);

/* groups.c */

/** Fill the plan's groups, policies and their types (dsl.md 7); the nodes must be there. */
bool compile_groups(struct compiler *c);

/* scaling_groups.c */

/** Fill the plan's scaling groups (dsl.md 7); groups and policies must be there. */
bool compile_scaling_groups(struct compiler *c);

#endif
