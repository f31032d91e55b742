/* operations.c - see operations.h. */
#include "dsl/operations.h"

#include <string.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "dsl/plan_internal.h"
#include "dsl/strict.h"
#include "functions/functions.h"

static const char script_operation[] = "script_runner.tasks.run";

/* One operation under way. */
struct work {
    struct compiler *c;
    const struct operation_owner *owner;
    const struct declaration *declaration; /* whose name and place errors give */
    const char *subject;
    const struct path *path;
};

/* inputs */

static bool set_input(const struct work *work, json_t *inputs, const char *name, json_t *value)
{
    return !json_object_set_new(inputs, name, value) || compiler_nomem(work->c);
}

/* A function carries the type that the input declares, which is checked when it is evaluated. */
static bool type_function(const struct work *work, json_t *inputs, const char *name,
                          const json_t *schema)
{
    json_t *type = json_object_get(schema, "type"), *call = json_object_get(inputs, name);
    if (!type || !function_is_call(call))
        return true;
    json_t *typed = json_copy_whole(call);
    return (typed && !json_object_set(typed, "type", type) &&
            set_input(work, inputs, name, typed)) ||
           compiler_nomem(work->c);
}

/* What the template gives or, if it does not, the schema has for its default. */
static bool add_declared(const struct work *work, json_t *inputs, const char *name,
                         const json_t *schema, const json_t *given)
{
    json_t *value = json_object_get(given, name);
    struct path above = {work->path, "inputs", 0}, path = {&above, name, 0};
    if (!value)
        value = json_object_get(schema, "default");
    if (!value)
        return compiler_error(work->c, &code_missing_property, work->owner->at, &path, NULL,
                              "%s: input '%s' is missing and has no default", work->subject, name);
    return set_input(work, inputs, name, json_incref(value));
}

/* The values of the inputs: those given over the defaults (dsl.md 5.3); new, or NULL: reported. */
static json_t *merge_inputs(const struct work *work, const struct operation_form *form)
{
    json_t *given = form->given ? compiler_json(work->c, form->given) : json_object();
    json_t *inputs = form->schemas ? json_object() : json_incref(given);
    bool ok = (given && inputs) || compiler_nomem(work->c);
    const char *name;
    json_t *schema;
    json_object_foreach(form->schemas, name, schema)
    {
        ok = ok && add_declared(work, inputs, name, schema, given) &&
             type_function(work, inputs, name, schema);
    }
    if (ok && form->schemas && json_object_update_missing(inputs, given))
        ok = compiler_nomem(work->c);
    json_decref(given);
    if (ok)
        return inputs;
    json_decref(inputs);
    return NULL;
}

/* Input -> declared type, new; NULL: none has one, or no memory, which is recorded. */
static json_t *declared_types(const struct work *work, const json_t *schemas)
{
    json_t *types = NULL, *schema;
    const char *name;
    json_object_foreach((json_t *)schemas, name, schema)
    {
        json_t *type = json_object_get(schema, "type");
        if (!json_is_string(type))
            continue;
        if (!types)
            types = json_object();
        if (json_object_set(types, name, type))
            compiler_nomem(work->c);
    }
    return types;
}

/* compiling */

static void copy_numbers(struct operation *operation, const struct operation_form *form)
{
    operation->max_retries =
        form->max_retries ? yaml_integer(form->max_retries) : OPERATION_RETRIES_UNSET;
    operation->retry_interval = form->retry_interval ? yaml_real(form->retry_interval) : -1;
    operation->timeout = form->timeout ? yaml_real(form->timeout) : -1;
    operation->timeout_recoverable = form->recoverable ? yaml_boolean(form->recoverable) : -1;
}

/* Find who runs the operation; a script is one more input. */
static bool resolve(const struct work *work, struct operation *operation,
                    const struct operation_form *form)
{
    struct plan *plan = work->c->plan;
    struct implementation found;
    if (!implementation_find(work->c, form->implementation, script_operation,
                             operation->declared_inputs, work->owner->unresolved, work->subject,
                             work->declaration->at, work->path, &found))
        return false;
    operation->plugin = found.plugin;
    operation->function = plan_text(plan, found.function);
    operation->executor = operation->declared_executor ? operation->declared_executor
                          : found.script_key           ? "auto"
                                                       : found.plugin->executor;
    if (found.script_key) {
        json_t *inputs = json_copy_whole(operation->declared_inputs);
        if (!inputs || !set_input(work, inputs, found.script_key, json_string(found.script)))
            return compiler_nomem(work->c);
        operation->inputs = plan_keep(plan, inputs);
    }
    return (operation->function && operation->executor && operation->inputs) ||
           compiler_nomem(work->c);
}

/* Fill `operation` from `form`; takes `inputs` and `types`, which may be NULL. */
static bool fill(const struct work *work, struct operation *operation,
                 const struct operation_form *form, json_t *inputs, json_t *types)
{
    struct plan *plan = work->c->plan;
    copy_numbers(operation, form);
    operation->name = plan_text(plan, work->declaration->name);
    operation->function = "";
    operation->implementation = plan_text(plan, form->implementation);
    operation->declared_executor =
        form->executor ? plan_text(plan, yaml_string(form->executor)) : NULL;
    operation->declared_inputs = operation->inputs = plan_keep(plan, inputs);
    operation->inputs_types = types ? plan_keep(plan, types) : NULL;
    if (!operation->name || !operation->implementation || !operation->inputs ||
        (form->executor && !operation->declared_executor) || (types && !operation->inputs_types))
        return compiler_nomem(work->c);
    operation->short_name = operation_short_name(operation->name);
    if (*form->implementation)
        return resolve(work, operation, form);
    /* Without an implementation nothing runs, whatever else is declared. */
    operation->inputs_types = NULL;
    if (json_object_size(operation->inputs))
        operation->inputs = plan_keep(plan, json_object());
    return operation->inputs || compiler_nomem(work->c);
}

static const struct operation *make(const struct work *work, const struct operation_form *form)
{
    strict_check_inputs(work->c, work->subject, form->schemas, form->given, work->path);
    json_t *inputs = merge_inputs(work, form);
    struct operation made = {0};
    if (!inputs || !fill(work, &made, form, inputs, declared_types(work, form->schemas)))
        return NULL;
    struct operation *operation = plan_add_operation(work->c->plan);
    if (!operation) {
        compiler_nomem(work->c);
        return NULL;
    }
    made.index = operation->index;
    *operation = made;
    return operation;
}

/* An operation that both the type and the template declare. */
static const struct operation *make_of_both(const struct work *work,
                                            const struct operation_form *type,
                                            const struct operation_form *template)
{
    bool same =
        !*template->implementation || !strcmp(type->implementation, template->implementation);
    if (operation_form_is_noop(template) || operation_form_is_noop(type) || !same)
        return make(work, template);
    struct operation_form form = operation_form_overlay(type, template);
    return make(work, &form);
}

/* Compile `declaration` for `owner`; `inherited` is what the type has under that name. */
static const struct operation *compile(struct compiler *c, struct declaration *declaration,
                                       const struct declaration *inherited,
                                       const struct operation_owner *owner)
{
    struct strbuf subject = STRBUF_INIT;
    strbuf_add_all(&subject, owner->subject, ": operation '", declaration->name, "'");
    const char *short_name = yaml_text(declaration->at);
    struct path interface = {owner->path, declaration->interface, 0},
                path = {&interface, short_name, 0};
    struct work work = {c, owner, declaration, subject.text, &path};
    struct operation_form form = operation_form_read(declaration, inherited == declaration);
    struct operation_form type = operation_form_read(inherited, true);
    const struct operation *operation = inherited && inherited != declaration
                                            ? make_of_both(&work, &type, &form)
                                            : make(&work, &form);
    strbuf_release(&subject);
    return operation;
}

/* What the type declares is compiled once; errors in it are reported once. */
static const struct operation *compile_inherited(struct compiler *c,
                                                 struct declaration *declaration,
                                                 const struct operation_owner *owner)
{
    if (!declaration->operation && !declaration->is_broken) {
        declaration->operation = compile(c, declaration, declaration, owner);
        declaration->is_broken = !declaration->operation;
    }
    return declaration->operation;
}

static const struct operation_set *compile_set(struct compiler *c, const struct type *type,
                                               int side, const struct interfaces *merged,
                                               const struct operation_owner *owner)
{
    struct operation_set *set = plan_add_set(c->plan, merged->count);
    const struct interfaces *of_type = &type->interfaces[side];
    size_t next = 0;
    bool ok = true;
    if (!set) {
        compiler_nomem(c);
        return NULL;
    }
    for (size_t i = 0; i < merged->count; i++) {
        struct declaration *declaration = merged->items[i];
        /* What is merged has the operations of the type in their order, others between them. */
        bool is_known =
            next < of_type->count && !strcmp(of_type->items[next]->name, declaration->name);
        const struct declaration *inherited = is_known ? of_type->items[next++] : NULL;
        set->items[i] = inherited == declaration ? compile_inherited(c, declaration, owner)
                                                 : compile(c, declaration, inherited, owner);
        ok &= set->items[i] != NULL;
    }
    return ok ? set : NULL;
}

const struct operation_set *operations_compile(struct compiler *c, struct type *type, int side,
                                               const struct yaml_node *interfaces,
                                               const struct operation_owner *owner)
{
    struct interfaces merged;
    if (interfaces_count(interfaces)) {
        strict_check_interfaces(c, &type->interfaces[side], interfaces, owner);
        const struct operation_set *set =
            interfaces_merge(c, &c->scratch, &merged, &type->interfaces[side], interfaces)
                ? compile_set(c, type, side, &merged, owner)
                : NULL;
        arena_reset(&c->scratch);
        return set;
    }
    if (!type->operations[side])
        type->operations[side] = compile_set(c, type, side, &type->interfaces[side], owner);
    return type->operations[side];
}

bool operations_check_type(struct compiler *c, const struct type *type, int side,
                           const struct operation_owner *owner)
{
    bool ok = true;
    for (size_t i = 0; i < type->interfaces[side].count; i++) {
        const struct declaration *declaration = type->interfaces[side].items[i];
        struct operation_form form = operation_form_read(declaration, true);
        struct implementation found;
        struct path interface = {owner->path, declaration->interface, 0},
                    path = {&interface, yaml_text(declaration->at), 0};
        if (*form.implementation)
            ok &= implementation_find(c, form.implementation, script_operation, form.schemas,
                                      owner->unresolved, owner->subject, declaration->at, &path,
                                      &found);
    }
    return ok;
}
