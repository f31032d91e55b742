/* functions.h - intrinsic functions: {get_input: port}, {concat: [...]}. Follows dsl.md 10.
 *
 * One evaluator for the creation of a deployment (static), when only the plan is known, and for
 * its executions (runtime), when instances have attributes. What a function asks for comes from
 * a value_source that the caller hands in.
 */
#ifndef CLOUDIFY_FUNCTIONS_FUNCTIONS_H
#define CLOUDIFY_FUNCTIONS_FUNCTIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/suggest.h"

enum function_mode {
    FUNCTIONS_STATIC,  /* functions that only the runtime can answer are left in place */
    FUNCTIONS_RUNTIME, /* everything is evaluated */
};

enum function_scope_kind {
    FUNCTION_SCOPE_NONE,         /* any payload */
    FUNCTION_SCOPE_NODE,         /* properties and operations of a node: SELF */
    FUNCTION_SCOPE_RELATIONSHIP, /* operations of a relationship: SOURCE, TARGET */
    FUNCTION_SCOPE_OUTPUTS,
    FUNCTION_SCOPE_CAPABILITIES,
    FUNCTION_SCOPE_POLICIES,
    FUNCTION_SCOPE_SCALING_GROUPS,
    FUNCTION_SCOPE_LABELS,
    FUNCTION_SCOPE_DEPLOYMENT_SETTINGS,
};

/* Where a value stands. Instance ids are NULL at creation, and where there is no instance. */
struct function_scope {
    enum function_scope_kind kind;
    const char *node;                      /* id of the node that SELF is, or NULL */
    const char *self;                      /* id of its instance, or NULL */
    const char *source_node, *target_node; /* node ids, or NULL */
    const char *source, *target;           /* instance ids, or NULL */
    const char *path; /* of the value, for messages: "nodes.db.properties.port" */
};

struct function_instance {
    const char *id;
    const char *node; /* id of its node */
    json_int_t index; /* 1-based */
    const json_t *runtime_properties;
};

/*
 * What functions ask for. A member that is NULL is not supported where the source is used, which
 * is what the function that needs it then says. Members returning a json_t give a new reference;
 * NULL without `err` set is "there is none". What a function_instance points to is borrowed
 * until the evaluation returns.
 */
struct value_source {
    void *data;
    /** The value of an input. For functions_validate() any value does: the input exists. */
    json_t *(*input)(void *data, const char *name, struct error *err);
    /** The properties of a node, an object whose functions need not be evaluated. */
    json_t *(*node_properties)(void *data, const char *node, struct error *err);
    /** Find an instance by its id. @return false: there is none, or `err` is set */
    bool (*instance)(void *data, const char *id, struct function_instance *out, struct error *err);
    /** Instance number `i`, from 0, of a node. @return false: there are no more, or `err` is set */
    bool (*node_instance)(void *data, const char *node, size_t i, struct function_instance *out,
                          struct error *err);
    /** Target number `i`, from 0, of the relationships of instance `id`, in any order. */
    bool (*related_instance)(void *data, const char *id, size_t i, struct function_instance *out,
                             struct error *err);
    /**
     * The scaling groups of an instance, a list of {name, id}: its own, innermost first, then
     * those of the instance that contains it, and so on. May be NULL: no groups.
     */
    json_t *(*scaling_groups)(void *data, const char *id, struct error *err);
    /** The text of a secret. Secrets are kept elsewhere: `secrets` is this member's data. */
    json_t *(*secret)(void *secrets, const char *name, struct error *err);
    void *secrets;
    /** A capability of another deployment, evaluated there. */
    json_t *(*capability)(void *data, const char *deployment, const char *name, struct error *err);
    /**
     * What get_group_capability gives for its arguments, the list [group, capability or list of
     * them, key or index, ...]: raw values, in the shapes of dsl.md 10.2.
     */
    json_t *(*group_capability)(void *data, const json_t *arguments, struct error *err);
    /** The values of a label of this deployment: a list, by time of creation, then by value. */
    json_t *(*label)(void *data, const char *key, struct error *err);
    /** What get_sys knows, such as `id` of `deployment`; only asked for what the language has. */
    json_t *(*system_property)(void *data, const char *entity, const char *property,
                               struct error *err);
    /** The deployments that use this one: a list of {id, name}. */
    json_t *(*consumers)(void *data, struct error *err);
    /** Consider all inputs, all nodes, as what a name that is none was meant to be. */
    void (*suggest_input)(void *data, struct suggestion *suggestion);
    void (*suggest_node)(void *data, struct suggestion *suggestion);
};

/* What kind of problem an error is, for those who give problems stable ids. */
enum function_problem {
    FUNCTION_PROBLEM_NONE,
    FUNCTION_PROBLEM_ARGUMENTS,       /* not the list, name or key that a function takes */
    FUNCTION_PROBLEM_SIGNATURE,       /* arguments that fit none of the function's forms */
    FUNCTION_PROBLEM_SCOPE,           /* SELF, SOURCE or TARGET where it means nothing */
    FUNCTION_PROBLEM_VERSION,         /* not in the blueprint's version of the language */
    FUNCTION_PROBLEM_UNKNOWN_INPUT,   /* no such input */
    FUNCTION_PROBLEM_INPUT,           /* nothing at that key or index of an input, or wrong type */
    FUNCTION_PROBLEM_UNKNOWN_NODE,    /* no such node */
    FUNCTION_PROBLEM_NOT_FOUND,       /* no such secret, capability, label or group */
    FUNCTION_PROBLEM_SYSTEM_ENTITY,   /* get_sys of an unknown entity */
    FUNCTION_PROBLEM_SYSTEM_PROPERTY, /* get_sys of an unknown property */
    FUNCTION_PROBLEM_EVALUATION,      /* anything else that stops a function */
    FUNCTION_PROBLEM_RECURSION,       /* too deep, or a property that refers to itself */
    FUNCTION_PROBLEM_UNSUPPORTED,     /* by this runtime, or in this place */
    FUNCTION_PROBLEM_OTHER,           /* the source's error, or out of memory */
};

/* What went wrong besides the sentence in the struct error, for those who show it with a place. */
struct function_failure {
    enum function_problem problem;
    const json_t
        *call;      /* the innermost one, as it was written; may be freed: only to be compared */
    char path[512]; /* of that call, from the scope's path on */
    char hint[192]; /* "did you mean 'x'?", or empty */
};

/** Whether `value` is itself a call of a known function (dsl.md 10.1). */
bool function_is_call(const json_t *value);
/** The name of the function that `value` calls, static, or NULL. */
const char *function_name(const json_t *value);
/* What the first argument of a function names, or the only one that is not in a list. */
enum function_refers { FUNCTION_REFERS_NOTHING, FUNCTION_REFERS_INPUT, FUNCTION_REFERS_NODE };
/** What calls of the function `name` refer to; nothing if there is no such function. */
enum function_refers function_refers(const char *name);
/** Whether there is a function `name`. */
bool function_is_known(const char *name);
/** Consider all functions as what a name that is none was meant to be. */
void functions_suggest(struct suggestion *suggestion);
/** Whether `name` stands for a node where it is used: SELF, SOURCE or TARGET. */
bool function_is_scope_word(const char *name);
/** Whether `value` is a call, or has one at any depth. */
bool functions_contain(const json_t *value);
/** Whether a member of `object` is a call or has one: its keys are names, never functions. */
bool functions_contain_in_members(const json_t *object);

/**
 * Check every call in `value` as far as it can be done before there is a deployment: the shape
 * of arguments, names of inputs, nodes and properties, use of SELF, SOURCE and TARGET.
 *
 * @param source  its `input` and `node_properties`; a NULL member skips the check; NULL: only the
 *                shape of arguments is checked
 * @param version of the language, 100 * major + minor: 104 for cloudify_dsl_1_4
 * @param failure set with `err`; NULL: its hint, if any, is put at the end of the text of `err`
 * @return whether all is well; else `err` is set: ERROR_INVALID, ERROR_NOMEM, or the source's
 */
bool functions_validate(const json_t *value, const struct function_scope *scope,
                        const struct value_source *source, int version,
                        struct function_failure *failure, struct error *err);

/**
 * The value with its calls replaced by their results, at every depth, until nothing changes.
 * `value` itself stays as it is and shares what needs no change with the result. In static mode
 * runtime functions, and calls that need the result of one, stay in place.
 *
 * @param failure as for functions_validate()
 * @return a new reference, or NULL with `err` set, its text begun by the path of the call:
 *         ERROR_INVALID, ERROR_LIMIT (nesting over 50, or a property that refers to itself),
 *         ERROR_UNSUPPORTED, ERROR_NOMEM, or the source's
 */
json_t *functions_evaluate(const json_t *value, const struct function_scope *scope,
                           const struct value_source *source, enum function_mode mode,
                           struct function_failure *failure, struct error *err);
/** As functions_evaluate() for each member of `object`, whose keys are names, never functions. */
json_t *functions_evaluate_members(const json_t *object, const struct function_scope *scope,
                                   const struct value_source *source, enum function_mode mode,
                                   struct function_failure *failure, struct error *err);
/**
 * Whether `value` could not be evaluated because all that it is is a secret that does not exist.
 * Such outputs and capabilities are left out (dsl.md 10.3).
 */
bool function_lacks_secret(const json_t *value, const struct function_failure *failure);

#endif
