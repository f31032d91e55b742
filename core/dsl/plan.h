/* plan.h - a validated blueprint: nodes, operations, workflows. Nothing in it refers to YAML.
 *
 * The structs are plain, to be read by every layer above; only dsl/ writes them. Every pointer in
 * them is borrowed from the plan and good until plan_free(). JSON values are immutable: who wants
 * to change one copies it.
 */
#ifndef CLOUDIFY_DSL_PLAN_H
#define CLOUDIFY_DSL_PLAN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "dsl/diagnostics.h"
#include "dsl/plan_marks.h"
#include "dsl/object_source.h"
#include "dsl/plugin_place.h"

enum { PLAN_NONE = -1 };               /* no such index */
enum { OPERATION_RETRIES_UNSET = -2 }; /* -1 means without limit (dsl.md 5.2) */

struct plan_plugin {
    const char *name;
    const char *folder;   /* what that of its code is called: its name without namespaces */
    const char *executor; /* "central_deployment_agent" or "host_agent" */
    const char *package_name, *package_version; /* NULL where not given */
    bool install;
    json_t *record; /* the plugin dict of dsl.md 8.2, `properties` included */
    /* Where it was imported from by `plugin:NAME`, if it was; not stored. */
    struct plugin_place place;
};

/* A node type or a relationship type, as far as its users need it. */
struct plan_type {
    const char *name;
    size_t index;      /* in plan->node_types or plan->relationship_types */
    json_t *hierarchy; /* list of names, root first, itself last */
    bool is_host;      /* node types: a kind of compute node (dsl.md 5.1) */
    bool is_contained_in, is_connected_to, is_depends_on; /* relationship types, by hierarchy */
};

struct operation {
    const char *name;                 /* "cloudify.interfaces.lifecycle.start" */
    const char *short_name;           /* "start": the part of `name` after the interface */
    const struct plan_plugin *plugin; /* NULL: there is nothing to do */
    const char *function;             /* "webserver.tasks.start"; "" without a plugin */
    const char *executor;    /* NULL without a plugin; "auto" for scripts that leave it open */
    json_t *inputs;          /* object; runtime functions are still in it */
    json_t *inputs_types;    /* input name -> declared type, or NULL */
    json_int_t max_retries;  /* OPERATION_RETRIES_UNSET: as the execution says; -1: no limit */
    double retry_interval;   /* seconds; negative: as the execution says */
    double timeout;          /* seconds; negative: none */
    int timeout_recoverable; /* 0, 1; negative: not given */
    /* As the blueprint says it, whatever that leads to; shown as the node's interfaces. */
    const char *implementation;    /* "" if there is none */
    const char *declared_executor; /* or NULL */
    json_t *declared_inputs;       /* without those that name a script */
    bool has_functions;            /* `inputs` need evaluation before the operation runs */
    size_t index;                  /* in plan->operations */
};

/* The operations of a node or of one side of a relationship; shared wherever equal. */
struct operation_set {
    const struct operation **items; /* order of the merged type (dsl.md 11.5) */
    size_t count;
    size_t index; /* in plan->operation_sets */
};

struct plan_relationship {
    const struct plan_type *type;
    size_t target; /* index of a node */
    struct plan_mark mark;
    json_t *properties;
    const struct operation_set *source_operations, *target_operations;
};

struct plan_node {
    const char *id;
    size_t index;
    struct plan_mark mark; /* of its name in the blueprint */
    const struct plan_type *type;
    json_t *properties;
    const struct operation_set *operations;
    struct plan_relationship *relationships;
    size_t relationship_count;
    long host;                 /* index of the node that hosts it, itself included, or PLAN_NONE */
    bool deploy_given;         /* the number of instances is given in its older form */
    json_t *scalable;          /* min_, max_, default_, current_ and planned_instances */
    json_int_t instance_count; /* current_instances, known after plan_prepare() */
};

struct plan_workflow {
    const char *name;
    const struct plan_plugin *plugin;
    const char *function;
    json_t *parameters; /* name -> schema */
    bool is_cascading;
    json_t *availability_rules; /* object, or NULL */
};

struct plan_storage; /* owns all that the plan points to */

struct plan {
    const char *version;            /* "cloudify_dsl_1_4" */
    const char *description;        /* or NULL */
    json_t *metadata;               /* object, or NULL */
    json_t *inputs;                 /* name -> schema; after plan_prepare() name -> value */
    json_t *input_schemas;          /* name -> schema, always */
    json_t *outputs, *capabilities; /* name -> {value, description?} */
    json_t *data_types;             /* name -> {properties, ...} (dsl.md 4.2) */
    json_t *groups;                 /* name -> {members, policies} (dsl.md 7) */
    json_t *policies;               /* name -> {type, properties, targets} */
    json_t *policy_types;           /* name -> {properties, source} */
    json_t *policy_triggers;        /* name -> {parameters, source} */
    json_t *scaling_groups;         /* name -> {members, properties} */
    json_t *unscaled_groups;        /* name -> {members}: in scaling groups, without a policy */
    json_t *relationships;          /* relationship type -> its dict (dsl.md 5.1) */
    json_t *requirements; /* parent_capabilities and secrets that functions ask for (11.1) */
    json_t *labels, *blueprint_labels; /* name -> {values} (dsl.md 9) */
    json_t *resource_tags;             /* name -> any value; its functions are never evaluated */
    json_t *deployment_settings;       /* those that are given */
    json_t *imported_blueprints;       /* list of ids; again for each further namespace */
    json_t *namespaces_mapping;        /* namespace -> id of the blueprint that it stands for */
    bool prepared;
    struct plan_node *nodes; /* order of the document, main file first */
    size_t node_count;
    struct plan_workflow *workflows;
    size_t workflow_count;
    struct plan_plugin *plugins;
    size_t plugin_count;
    struct plan_type **node_types; /* those that nodes use */
    size_t node_type_count;
    struct plan_type **relationship_types;
    size_t relationship_type_count;
    struct operation_set **operation_sets;
    size_t operation_set_count;
    struct operation **operations;
    size_t operation_count;
    struct plan_storage *storage;
};

/** The part of a name after its namespaces: "name" of "outer--inner--name". */
const char *plan_local_name(const char *name);

/** Free a plan, even a half-built one. NULL is allowed. */
void plan_free(struct plan *plan);

/** The node called `id`, or NULL. */
const struct plan_node *plan_find_node(const struct plan *plan, const char *id);
/** The workflow called `name`, or NULL. */
const struct plan_workflow *plan_find_workflow(const struct plan *plan, const char *name);
/** Whether `name` is `type` or one that it derives from. */
bool plan_type_is(const struct plan_type *type, const char *name);

/**
 * The operation with the long name `name` ("interface.operation"), or with that short name where
 * only one interface has it (dsl.md 11.3); NULL if there is none. A no-op has no plugin.
 */
const struct operation *operations_find(const struct operation_set *set, const char *name);
/** Whether only one interface of `set` has an operation with the short name of `operation`. */
bool operations_short_name_is_unique(const struct operation_set *set,
                                     const struct operation *operation);

/* In the shapes of dsl.md 11; each new, or NULL when out of memory. */
json_t *plan_to_json(const struct plan *plan); /* 11.1 */
/* 11.2; takes time with the whole plan */
json_t *plan_node_to_json(const struct plan *plan, const struct plan_node *node);
json_t *plan_relationship_to_json(const struct plan *plan, const struct plan_relationship *r);
/* 11.3: long and short keys; only in a prepared plan it is known which functions are left */
json_t *operations_to_json(const struct operation_set *set, bool is_prepared);
json_t *plan_workflow_to_json(const struct plan_workflow *workflow); /* 8.1 */

/* Where secrets are kept. */
struct secret_source {
    void *data;
    /** Whether there is a secret called `name`. @return false also with `err` set: not known */
    bool (*exists)(void *data, const char *name, struct error *err);
    /** The name most like `name`; new (free() it), or NULL: none is. May be NULL. */
    char *(*nearest)(void *data, const char *name);
};

/* How a plan becomes that of a deployment; zeroed: all defaults. */
struct prepare_options {
    bool auto_correct_types; /* strings are taken for the integers, floats and booleans they say */
    bool runtime_only;       /* all functions are left for the runtime */
    const struct secret_source *secrets; /* NULL: plans that ask for secrets are refused */
    const struct object_source *objects; /* NULL: inputs of object types are refused */
};

/**
 * Make the plan that of one deployment: bind inputs (missing, unknown, wrong type, constraints:
 * dsl.md 3) and evaluate the functions that can be known (10.1, 11.5). Once per plan.
 *
 * @param inputs object of given values, or NULL; borrowed
 * @param options NULL: all defaults
 * @return whether all went well; if not, `out` has the errors
 */
bool plan_prepare(struct plan *plan, const json_t *inputs, const struct prepare_options *options,
                  struct diagnostics *out);

/**
 * Check and complete the parameters of an execution (dsl.md 8.1): unknown and missing ones,
 * defaults, types.
 *
 * @param parameters object of given values, or NULL; borrowed
 * @param objects looks up values of object types, bound to the deployment
 * @return the parameters, complete, new; or NULL with `err` set: ERROR_INVALID, ERROR_NOMEM
 */
json_t *plan_workflow_parameters(const struct plan *plan, const struct plan_workflow *workflow,
                                 const json_t *parameters, bool allow_custom,
                                 const struct object_source *objects, struct error *err);

/**
 * One of the numbers of instances of a node or a scaling group: `which` is "current_instances" or
 * "planned_instances"; -1 where there is no such number.
 */
json_int_t plan_instances(const struct plan *plan, const char *name, const char *which);
/**
 * Change such a number. A group that no policy scales has none: nothing happens.
 *
 * @return false with `err` set: ERROR_NOMEM
 */
bool plan_set_instances(struct plan *plan, const char *name, const char *which, json_int_t count,
                        struct error *err);

/* How a plan is stored: one document with all that nodes share, and one row per node. */

/** All but the nodes, as JSON; new, or NULL when out of memory. */
json_t *plan_document(const struct plan *plan);
/** What is particular to one node; new, or NULL when out of memory. */
json_t *plan_node_row(const struct plan *plan, const struct plan_node *node);
/**
 * The plan again, from what plan_document() and plan_node_row() gave.
 *
 * @param next_row gives the rows in the order of the nodes' indices, each a new reference; NULL
 *        with `err` unset ends them, NULL with `err` set is passed on
 * @return a new plan, or NULL with `err` set: ERROR_STORAGE (a damaged document), ERROR_NOMEM
 */
struct plan *plan_from_documents(const json_t *document,
                                 json_t *(*next_row)(void *data, struct error *err), void *data,
                                 struct error *err);

#endif
