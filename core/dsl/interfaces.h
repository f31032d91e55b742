/* interfaces.h - interfaces of types and templates: which operations they have, and how each is
 * written (dsl.md 5.2, 5.3); private to dsl/. */
#ifndef CLOUDIFY_DSL_INTERFACES_H
#define CLOUDIFY_DSL_INTERFACES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "dsl/compiler.h"

/* One operation as it is written in a type or a template; or one inherited. */
struct declaration {
    const char *interface;
    const char *name;             /* "interface.operation" */
    const struct yaml_node *at;   /* its name */
    const struct yaml_node *node; /* as written: a string, a map or NULL */
    json_t *schemas;              /* of the inputs, in a type; borrowed, NULL: there are none */
    const struct operation *operation; /* compiled for templates that leave it unchanged */
    bool is_broken;                    /* compiling it has failed and was reported */
};

/* The operations of a type, own and inherited, in the order of the plan (dsl.md 11.5). */
struct interfaces {
    struct declaration **items;
    size_t count;
};

/** How many operations `node` (interface -> operation -> declaration, or NULL) has. */
size_t interfaces_count(const struct yaml_node *node);
/**
 * The operations of `node` (see interfaces_count()) put over those of `inherited` (may be NULL);
 * new ones live as long as `arena`.
 *
 * @return false when out of memory, which has been recorded
 */
bool interfaces_merge(struct compiler *c, struct arena *arena, struct interfaces *result,
                      const struct interfaces *inherited, const struct yaml_node *node);
/**
 * Compile the input schemas of the operations that a type itself declares.
 *
 * @param path of its interfaces
 * @return whether there was no error
 */
bool interfaces_compile_schemas(struct compiler *c, const char *subject,
                                const struct interfaces *interfaces, const struct path *path);
/**
 * The operations of a type as they are declared, with the schemas of their inputs: interface ->
 * operation -> {implementation, inputs, ...} (dsl.md 5.1); new, or NULL: no memory, recorded.
 */
json_t *interfaces_describe(struct compiler *c, const struct interfaces *interfaces);

/* An operation as it was written, or as merging left it. NULL fields were not given. */
struct operation_form {
    const char *implementation;    /* "" if there is none */
    json_t *schemas;               /* of the inputs, as a type has them; borrowed */
    const struct yaml_node *given; /* values of the inputs, as a template has them */
    const struct yaml_node *executor, *max_retries, *retry_interval, *timeout, *recoverable;
};

/** The form of `declaration`, of a type or of a template; an empty one for NULL. */
struct operation_form operation_form_read(const struct declaration *declaration, bool of_type);
/** Whether there is nothing in it (dsl.md 5.2). */
bool operation_form_is_noop(const struct operation_form *form);
/** The template's form over the type's, both of the same implementation (dsl.md 5.3). */
struct operation_form operation_form_overlay(const struct operation_form *type,
                                             const struct operation_form *template);

/* Checks for the tables of elements; each reports, and returns whether all is well. */
bool operation_executor_check(struct compiler *c, const char *subject,
                              const struct yaml_node *value, const struct path *path);
bool operation_retries_check(struct compiler *c, const char *subject, const struct yaml_node *value,
                             const struct path *path);
bool operation_duration_check(struct compiler *c, const char *subject,
                              const struct yaml_node *value, const struct path *path);

#endif
