/* operations.c - see operations.h. */
#include "dsl/operations.h"

#include <string.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "dsl/plan_internal.h"

static const char script_operation[] = "script_runner.tasks.run";

/* An operation as it was written, or as merging left it. NULL fields were not given. */
struct form {
    const char *implementation; /* "" if there is none */
    const struct yaml_node *inputs;
    const struct yaml_node *executor, *max_retries, *retry_interval, *timeout, *recoverable;
};

/* One operation under way. */
struct work {
    struct compiler *c;
    const struct operation_owner *owner;
    const struct declaration *declaration; /* whose name and place errors give */
    const char *subject;
    const struct path *path;
};

/* interfaces of types */

static struct declaration *new_declaration(struct compiler *c, struct arena *arena,
                                           const char *interface, const struct yaml_node *at,
                                           const struct yaml_node *node)
{
    struct declaration *declaration = arena_alloc(arena, sizeof *declaration);
    struct strbuf name = STRBUF_INIT;
    strbuf_add_all(&name, interface, ".", yaml_text(at));
    const char *copy = arena_strdup(arena, name.text);
    strbuf_release(&name);
    if (!declaration || !copy) {
        compiler_nomem(c);
        return NULL;
    }
    *declaration = (struct declaration){.interface = interface,
                                        .name = copy,
                                        .at = at,
                                        .node = yaml_kind(node) == YAML_NULL ? NULL : node};
    return declaration;
}

/* Replace the operation of that name; a new one goes behind the others of its interface. */
static void put_declaration(struct interfaces *set, struct declaration *declaration)
{
    size_t place = set->count;
    for (size_t i = 0; i < set->count; i++) {
        if (!strcmp(set->items[i]->name, declaration->name)) {
            set->items[i] = declaration;
            return;
        }
        if (!strcmp(set->items[i]->interface, declaration->interface))
            place = i + 1;
    }
    memmove(set->items + place + 1, set->items + place, (set->count - place) * sizeof *set->items);
    set->items[place] = declaration;
    set->count++;
}

static size_t count_operations(const struct yaml_node *interfaces)
{
    size_t count = 0;
    for (size_t i = 0; interfaces && i < yaml_count(interfaces); i++)
        count += yaml_count(yaml_value(interfaces, i));
    return count;
}

bool interfaces_merge(struct compiler *c, struct arena *arena, struct interfaces *result,
                      const struct interfaces *inherited, const struct yaml_node *node)
{
    size_t known = inherited ? inherited->count : 0;
    size_t size = (known + count_operations(node)) * sizeof *result->items;
    *result = (struct interfaces){arena_alloc(arena, size), known};
    if (!result->items)
        return compiler_nomem(c);
    if (known)
        memcpy(result->items, inherited->items, known * sizeof *result->items);
    for (size_t i = 0; node && i < yaml_count(node); i++) {
        const char *interface = yaml_text(yaml_key(node, i));
        const struct yaml_node *operations = yaml_value(node, i);
        for (size_t j = 0; j < yaml_count(operations); j++) {
            struct declaration *declaration = new_declaration(
                c, arena, interface, yaml_key(operations, j), yaml_value(operations, j));
            if (!declaration)
                return false;
            put_declaration(result, declaration);
        }
    }
    return true;
}

/* forms */

static struct form read_form(const struct declaration *declaration)
{
    const struct yaml_node *node = declaration ? declaration->node : NULL;
    if (node && yaml_kind(node) == YAML_STRING)
        return (struct form){.implementation = yaml_string(node)};
    return (struct form){
        .implementation = field_string(node, "implementation", ""),
        .inputs = field_of(node, "inputs"),
        .executor = field_of(node, "executor"),
        .max_retries = field_of(node, "max_retries"),
        .retry_interval = field_of(node, "retry_interval"),
        .timeout = field_of(node, "timeout"),
        .recoverable = field_of(node, "timeout_recoverable"),
    };
}

static bool is_noop(const struct form *form)
{
    return !*form->implementation && !(form->inputs && yaml_count(form->inputs)) &&
           !form->executor && !form->max_retries && !form->retry_interval && !form->timeout &&
           !form->recoverable;
}

static bool check_number(const struct work *work, const struct yaml_node *node, double least,
                         const char *key)
{
    struct path path = {work->path, key, 0};
    if (!node || yaml_real(node) >= least)
        return true;
    return compiler_error(work->c, &code_operation_number, node, &path, NULL,
                          "%s: '%s' must not be less than %g", work->subject, key, least);
}

static bool is_executor(const char *name)
{
    return !strcmp(name, "central_deployment_agent") || !strcmp(name, "host_agent");
}

static bool check_form(const struct work *work, const struct form *form)
{
    struct path path = {work->path, "executor", 0};
    if (form->executor && !is_executor(yaml_string(form->executor)))
        return compiler_error(work->c, &code_operation_executor, form->executor, &path, NULL,
                              "%s: executor '%s' is neither 'central_deployment_agent' nor "
                              "'host_agent'",
                              work->subject, yaml_string(form->executor));
    return check_number(work, form->max_retries, -1, "max_retries") &&
           check_number(work, form->retry_interval, 0, "retry_interval") &&
           check_number(work, form->timeout, 0, "timeout");
}

/* The template's form over the type's, both of the same implementation (dsl.md 5.3). */
static struct form overlay(const struct form *type, const struct form *template)
{
    struct form form = *template;
    form.implementation = type->implementation;
    if (!form.executor)
        form.executor = type->executor;
    if (!form.max_retries)
        form.max_retries = type->max_retries;
    if (!form.retry_interval)
        form.retry_interval = type->retry_interval;
    if (!form.timeout)
        form.timeout = type->timeout;
    if (!form.recoverable)
        form.recoverable = type->recoverable;
    return form;
}

/* inputs */

static bool set_input(const struct work *work, json_t *inputs, const char *name, json_t *value)
{
    return !json_object_set_new(inputs, name, value) || compiler_nomem(work->c);
}

static bool add_default(const struct work *work, const struct yaml_node *key,
                        const struct yaml_node *schema, json_t *inputs)
{
    const char *name = yaml_text(key);
    const struct yaml_node *node = field_of(schema, "default");
    struct path above = {work->path, "inputs", 0}, path = {&above, name, 0};
    if (!compiler_check_type(work->c, work->subject, schema, &path))
        return false;
    if (json_object_get(inputs, name))
        return true;
    if (!node)
        return compiler_error(work->c, &code_missing_property, work->owner->at, &path, NULL,
                              "%s: input '%s' is missing and has no default", work->subject, name);
    json_t *property = compiler_json(work->c, schema);
    json_t *value = property ? json_object_get(property, "default") : NULL;
    struct path below = {&path, "default", 0};
    struct given given = {work->c, work->subject, node, key, &below};
    json_t *built = value ? given_value(&given, property, value, true) : NULL;
    bool ok = built && set_input(work, inputs, name, json_incref(built));
    json_decref(property);
    return ok;
}

static bool add_defaults(const struct work *work, const struct yaml_node *schemas, json_t *inputs)
{
    bool ok = true;
    for (size_t i = 0; schemas && i < yaml_count(schemas); i++)
        ok &= add_default(work, yaml_key(schemas, i), yaml_value(schemas, i), inputs);
    return ok;
}

static json_t *merge_inputs(const struct work *work, const struct yaml_node *schemas,
                            const struct yaml_node *given)
{
    json_t *inputs = given ? compiler_json(work->c, given) : json_object();
    if (!inputs) {
        compiler_nomem(work->c);
        return NULL;
    }
    if (add_defaults(work, schemas, inputs))
        return inputs;
    json_decref(inputs);
    return NULL;
}

static json_t *declared_types(const struct work *work, const struct yaml_node *schemas)
{
    json_t *types = NULL;
    for (size_t i = 0; schemas && i < yaml_count(schemas); i++) {
        const char *type = field_string(yaml_value(schemas, i), "type", NULL);
        if (!type)
            continue;
        if (!types)
            types = json_object();
        if (json_object_set_new(types, yaml_text(yaml_key(schemas, i)), json_string(type)))
            compiler_nomem(work->c);
    }
    return types;
}

/* compiling */

static bool add_script(const struct work *work, const struct implementation *implementation,
                       const char *mapping, json_t *inputs)
{
    if (!implementation->script_key)
        return true;
    if (json_object_get(inputs, "script_path") || json_object_get(inputs, "script_source"))
        return compiler_error(work->c, &code_script_given_twice, work->declaration->at, work->path,
                              NULL, "%s: the script is given by an input as well", work->subject);
    return set_input(work, inputs, implementation->script_key, json_string(mapping));
}

static void copy_numbers(struct operation *operation, const struct form *form)
{
    operation->max_retries =
        form->max_retries ? yaml_integer(form->max_retries) : OPERATION_RETRIES_UNSET;
    operation->retry_interval = form->retry_interval ? yaml_real(form->retry_interval) : -1;
    operation->timeout = form->timeout ? yaml_real(form->timeout) : -1;
    operation->timeout_recoverable = form->recoverable ? yaml_boolean(form->recoverable) : -1;
}

static bool resolve(const struct work *work, struct operation *operation, const struct form *form,
                    json_t *inputs)
{
    struct implementation found;
    if (!implementation_find(work->c, form->implementation, script_operation,
                             work->owner->unresolved, work->subject, work->declaration->at,
                             work->path, &found) ||
        !add_script(work, &found, form->implementation, inputs))
        return false;
    operation->plugin = found.plugin;
    operation->function = plan_text(work->c->plan, found.function);
    operation->executor_given = form->executor;
    if (form->executor)
        operation->executor = plan_text(work->c->plan, yaml_string(form->executor));
    else
        operation->executor = found.script_key ? "auto" : found.plugin->executor;
    return (operation->function && operation->executor) || compiler_nomem(work->c);
}

/* The operation of `form`; takes `inputs` and `types`, which may be NULL. */
static const struct operation *make(const struct work *work, const struct form *form,
                                    json_t *inputs, json_t *types)
{
    struct plan *plan = work->c->plan;
    struct operation made = {.function = ""};
    bool ok = inputs && (!*form->implementation || resolve(work, &made, form, inputs));
    struct operation *operation = ok ? plan_add_operation(plan) : NULL;
    if (!operation) {
        json_decref(inputs);
        json_decref(types);
        if (ok)
            compiler_nomem(work->c);
        return NULL;
    }
    made.index = operation->index;
    copy_numbers(&made, form);
    made.name = plan_text(plan, work->declaration->name);
    made.inputs = plan_keep(plan, inputs);
    made.inputs_types = types ? plan_keep(plan, types) : NULL;
    if (!made.name || !made.inputs || (types && !made.inputs_types)) {
        compiler_nomem(work->c);
        return NULL;
    }
    made.short_name = operation_short_name(made.name);
    *operation = made;
    return operation;
}

/* An operation that only the type (with schemas) or only the template (with values) declares. */
static const struct operation *compile_alone(const struct work *work, const struct form *form,
                                             bool is_type)
{
    const struct yaml_node *schemas = is_type ? form->inputs : NULL;
    struct form empty = {.implementation = ""};
    if (!check_form(work, form))
        return NULL;
    /* Without an implementation nothing runs; in the plan that is a no-op. */
    if (!*form->implementation)
        return make(work, &empty, json_object(), NULL);
    return make(work, form, merge_inputs(work, schemas, is_type ? NULL : form->inputs),
                declared_types(work, schemas));
}

static const struct operation *compile_both(const struct work *work, const struct form *type,
                                            const struct form *template)
{
    bool same =
        !*template->implementation || !strcmp(type->implementation, template->implementation);
    if (is_noop(template) || is_noop(type) || !same)
        return compile_alone(work, template, false);
    struct form form = overlay(type, template);
    if (!check_form(work, &form))
        return NULL;
    if (!*form.implementation)
        return compile_alone(work, &form, false);
    return make(work, &form, merge_inputs(work, type->inputs, template->inputs),
                declared_types(work, type->inputs));
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
    struct form form = read_form(declaration), type = read_form(inherited);
    const struct operation *operation;
    if (inherited && inherited != declaration)
        operation = compile_both(&work, &type, &form);
    else
        operation = compile_alone(&work, &form, inherited);
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
    if (count_operations(interfaces)) {
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
        struct form form = read_form(declaration);
        struct implementation found;
        struct path interface = {owner->path, declaration->interface, 0},
                    path = {&interface, yaml_text(declaration->at), 0};
        if (*form.implementation)
            ok &= implementation_find(c, form.implementation, script_operation, owner->unresolved,
                                      owner->subject, declaration->at, &path, &found);
    }
    return ok;
}

static json_t *describe(struct compiler *c, const struct declaration *declaration)
{
    struct form form = read_form(declaration);
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "implementation", form.implementation, "inputs",
        form.inputs ? compiler_json(c, form.inputs) : json_object(), "executor",
        compiler_json(c, form.executor), "max_retries", compiler_json(c, form.max_retries),
        "retry_interval", compiler_json(c, form.retry_interval), "timeout",
        compiler_json(c, form.timeout), "timeout_recoverable", compiler_json(c, form.recoverable));
}

json_t *interfaces_describe(struct compiler *c, const struct interfaces *interfaces)
{
    json_t *result = json_object();
    bool ok = result;
    for (size_t i = 0; ok && i < interfaces->count; i++) {
        const struct declaration *declaration = interfaces->items[i];
        json_t *interface = json_object_get(result, declaration->interface);
        if (!interface) {
            interface = json_object();
            ok = !json_object_set_new(result, declaration->interface, interface);
        }
        ok = ok &&
             !json_object_set_new(interface, yaml_text(declaration->at), describe(c, declaration));
    }
    if (ok)
        return result;
    compiler_nomem(c);
    json_decref(result);
    return NULL;
}
