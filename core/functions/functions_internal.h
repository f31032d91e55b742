/* functions_internal.h - what the functions share: the table, calls, and the evaluation. */
#ifndef CLOUDIFY_FUNCTIONS_FUNCTIONS_INTERNAL_H
#define CLOUDIFY_FUNCTIONS_FUNCTIONS_INTERNAL_H

#include "base/strbuf.h"
#include "functions/functions.h"

enum {
    NESTING_LIMIT = 50, /* dsl.md 10.1 */
    WORK_LIMIT = 4000000,
};

/* A step on the way from the scope's path to a value; lives on the C stack. */
struct function_path {
    const struct function_path *parent;
    const char *key; /* NULL: a list's item */
    size_t index;
};

struct evaluation;
struct function_call;

/* A row of the table: all that the evaluator knows of a function. */
struct function {
    const char *name;
    bool is_runtime; /* only an execution can answer it */
    int since;       /* version of the language that brought it, 100 * major + minor */
    enum function_refers refers;
    /** Check shape and number of arguments, which may be calls themselves. */
    bool (*check)(struct evaluation *e, const struct function_call *call);
    /** Check what is known when a blueprint is parsed; NULL: nothing more than the shape. */
    bool (*validate)(struct evaluation *e, const struct function_call *call);
    /**
     * The result of a call whose arguments are evaluated, as far as they can be; itself evaluated.
     * A new reference: `call->value` again if the call has to stay as it is; NULL with error set.
     */
    json_t *(*evaluate)(struct evaluation *e, const struct function_call *call);
};

extern const struct function function_concat, function_get_attribute, function_get_attributes_dict,
    function_get_attributes_list, function_get_capability, function_get_consumers,
    function_get_environment_capability, function_get_group_capability, function_get_input,
    function_get_label, function_get_property, function_get_secret, function_get_sys,
    function_merge, function_string_find, function_string_lower, function_string_replace,
    function_string_split, function_string_upper;

struct function_call {
    const struct function *function;
    const json_t *value;     /* {name: arguments} */
    const json_t *origin;    /* the same as it was written, its arguments not evaluated */
    const json_t *arguments; /* what stands at the name */
    const struct function_path *path;
};

/* A value under evaluation that a function fetched from elsewhere. */
struct fetch {
    const struct fetch *parent;
    const struct function_call *call;
    const char *owner; /* the input, node or instance that it belongs to */
    size_t first;      /* of the call's arguments: where the path within the owner begins */
    const struct function_scope *outer_scope, *outer_instances;
};

struct evaluation {
    const struct value_source *source;
    enum function_mode mode;
    int version;                            /* of the language; validation only */
    const struct function_scope *scope;     /* of the value at hand: SELF, SOURCE, TARGET */
    const struct function_scope *instances; /* whose instances help to choose among several */
    const char *path;                       /* of the whole value */
    bool is_tolerant;                       /* an attribute of no instance is a text, no error */
    const struct fetch *fetches;            /* innermost first */
    size_t depth, fetch_depth;
    size_t work;          /* see evaluation_charge() */
    const json_t *origin; /* the innermost call under way, as it was written, or NULL */
    struct function_failure *failure;
    struct error *err;
};

/** The function of that name, or NULL. */
const struct function *function_find(const char *name);
/** Whether `value` is a call; `*call` is then filled, but for its path. */
bool function_call_read(const json_t *value, struct function_call *call);

/** Set the error, its text begun by the path of the call. @return false */
bool evaluation_fail(struct evaluation *e, const struct function_path *path,
                     enum function_problem problem, enum error_code code, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/** Hint at the best of `suggestion`, if there is one, in an error just set. @return false */
bool evaluation_suggest(struct evaluation *e, const struct suggestion *suggestion);
/** Fail, since there is no node called `name`. @return false */
bool evaluation_unknown_node(struct evaluation *e, const struct function_call *call,
                             const char *name);
/** Complete an error that the source has set. @return false */
bool evaluation_source_failed(struct evaluation *e, const struct function_path *path);
/**
 * Count values, and pieces of text, that calls bring: a few of them, each asking for the next one
 * twice, could bring any number.
 *
 * @return false with the error set: they are too many
 */
bool evaluation_charge(struct evaluation *e, const struct function_path *path, size_t values);
/** How many values a text of `length` bytes counts for. */
static inline size_t text_values(size_t length)
{
    return 1 + length / 64;
}
/** The source cannot do what the call needs. @return false */
bool evaluation_unsupported(struct evaluation *e, const struct function_call *call);

/** The value with its calls replaced; a new reference, or NULL with the error set. */
json_t *evaluation_value(struct evaluation *e, const json_t *value,
                         const struct function_path *path);

/**
 * Enter a value that `call` gets from `owner`; it is evaluated in `scope` until fetch_leave().
 *
 * @param instances the scope whose instances count from here on
 * @return false with the error set: the value is being fetched already, or it goes too deep
 */
bool fetch_enter(struct evaluation *e, struct fetch *fetch, const struct function_call *call,
                 const char *owner, size_t first, const struct function_scope *scope,
                 const struct function_scope *instances);
void fetch_leave(struct evaluation *e, const struct fetch *fetch);

enum walk_result {
    WALK_FOUND,
    WALK_STAYS,     /* met a call that only the runtime can answer */
    WALK_MISSING,   /* the map lacks the key, or the list is shorter */
    WALK_NO_INDEX,  /* a list met something else than an integer */
    WALK_NO_ACCESS, /* neither map nor list */
    WALK_FAILED,    /* the error is set */
};

/**
 * Step into `*value` by the call's arguments from number `first` on; calls on the way are
 * evaluated, the one at its end is not.
 *
 * @param value  a reference, replaced by one to the value reached
 * @param reason what was in the way, when something was
 */
enum walk_result evaluation_walk(struct evaluation *e, const struct function_call *call,
                                 size_t first, json_t **value, struct strbuf *reason);

/** Like evaluation_walk(), but stops at the first call and keeps to looking. */
enum walk_result arguments_peek(const struct function_call *call, size_t first, const json_t *value,
                                struct strbuf *reason);
/** Whether `value` is a call, or one of the list `value` is. */
bool arguments_have_call(const json_t *value);
/** Check that the arguments are a list of two or more keys, indices and calls. */
bool arguments_check_path(struct evaluation *e, const struct function_call *call,
                          const char *expected);
/** Append arguments from number `first` on, joined by dots, indices in brackets. */
void arguments_write_path(const json_t *arguments, size_t first, struct strbuf *out);

/**
 * Item `index` of `list`, whose reference it takes; a negative one counts from the end.
 *
 * @param holds what the error says before the count, and `noun` behind it: "there are", "parts"
 * @return new, or NULL with the error set
 */
json_t *evaluation_item(struct evaluation *e, const struct function_call *call, json_t *list,
                        json_int_t index, const char *holds, const char *noun);

/**
 * What `name` means here as a node: itself, or what SELF, SOURCE and TARGET stand for.
 *
 * @param out scope of that node's values: its `node` is NULL if the instance must tell
 * @return false with `reason` set: the word means nothing here
 */
bool scope_of_node(const struct evaluation *e, const char *name, struct function_scope *out,
                   struct error *reason);

#endif
