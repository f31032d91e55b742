/* strict.h - warnings of what is allowed but probably not meant; private to dsl/.
 *
 * Each function does nothing unless the compiler is asked to be strict.
 */
#ifndef CLOUDIFY_DSL_STRICT_H
#define CLOUDIFY_DSL_STRICT_H

#include <stdbool.h>

#include "dsl/compiler.h"

struct implementation;
struct interfaces;
struct operation_owner;

/** Whether warnings are wanted. */
bool strict_is_on(const struct compiler *c);
/**
 * Warn of keys that are written twice, inputs that nothing uses, and maps that look like calls of
 * functions, in all files but the built-in ones.
 */
void strict_check_documents(struct compiler *c);
/** Warn of properties of node types that no function and no plugin reads; the plan must be there.
 */
void strict_check_properties(struct compiler *c);
/** Warn that `entry` replaces `old`, or is left out for it. */
void strict_check_shadowed(struct compiler *c, const char *section, const struct entry *old,
                           const struct entry *entry, const struct path *path);
/**
 * Warn of interfaces and operations that are spelt almost as those `inherited`: of a template, by
 * its type; of a type, by the one that it is derived from.
 */
void strict_check_interfaces(struct compiler *c, const struct interfaces *inherited,
                             const struct yaml_node *given, const struct operation_owner *owner);
/**
 * Warn of inputs that a template gives to an operation (at `path`) and that are spelt almost as
 * those of `schemas`, which its type declares.
 */
void strict_check_inputs(struct compiler *c, const char *subject, const json_t *schemas,
                         const struct yaml_node *given, const struct path *path);
/** Warn if the function of a plugin is not in its files, or a script cannot be executed. */
void strict_check_code(struct compiler *c, const struct implementation *found, const char *mapping,
                       const char *subject, const struct yaml_node *at, const struct path *path);

#endif
