/* interfaces.c - see interfaces.h. */
#include "dsl/interfaces.h"

#include <string.h>

#include "base/json.h"
#include "base/map.h"
#include "base/strbuf.h"
#include "dsl/input_schemas.h"

/* merging */

static struct declaration *new_declaration(struct compiler *c, struct arena *arena,
                                           const char *interface, const struct yaml_node *at,
                                           const struct yaml_node *node)
{
    struct declaration *declaration = arena_alloc(arena, sizeof *declaration);
    struct strbuf name = STRBUF_INIT;
    strbuf_add_all(&name, interface, ".", yaml_text(at));
    const char *copy = name.failed ? NULL : arena_strdup(arena, name.text);
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

size_t interfaces_count(const struct yaml_node *interfaces)
{
    size_t count = 0;
    for (size_t i = 0; interfaces && i < yaml_count(interfaces); i++)
        count += yaml_count(yaml_value(interfaces, i));
    return count;
}

/* A merge under way: inherited operations, those that are given, and what comes of them. */
struct merge {
    struct compiler *c;
    struct arena *arena;
    const struct interfaces *inherited; /* or NULL */
    const struct yaml_node *node;       /* interface -> operation -> declaration, or NULL */
    struct interfaces *result;
};

static bool emit(struct merge *m, struct declaration *declaration)
{
    if (declaration)
        m->result->items[m->result->count++] = declaration;
    return declaration;
}

/* Whether one of the `count` inherited operations from `first` on has the short name `name`. Where
 * both sides are large, `known` has their names. */
static bool is_inherited(const struct merge *m, size_t first, size_t count, const char *name,
                         const struct map *known)
{
    if (known->count)
        return map_has(known, name);
    for (size_t i = first; i < first + count; i++) {
        if (!strcmp(yaml_text(m->inherited->items[i]->at), name))
            return true;
    }
    return false;
}

enum { FEW_COMPARISONS = 4096 };

/* The operations that `operations` adds to those of its interface that are inherited. */
static bool emit_new(struct merge *m, const char *interface, const struct yaml_node *operations,
                     size_t first, size_t count)
{
    static char here[] = "here";
    struct map known = {0};
    bool ok = true;
    for (size_t i = 0; ok && count * yaml_count(operations) > FEW_COMPARISONS && i < count; i++)
        ok = map_set(&known, yaml_text(m->inherited->items[first + i]->at), here) ||
             compiler_nomem(m->c);
    for (size_t j = 0; ok && j < yaml_count(operations); j++) {
        const struct yaml_node *key = yaml_key(operations, j);
        if (!is_inherited(m, first, count, yaml_text(key), &known))
            ok =
                emit(m, new_declaration(m->c, m->arena, interface, key, yaml_value(operations, j)));
    }
    map_release(&known);
    return ok;
}

/* An inherited operation, or what is given instead. */
static bool emit_inherited(struct merge *m, struct declaration *inherited,
                           const struct yaml_node *operations)
{
    const char *name = yaml_text(inherited->at);
    const struct yaml_node *given = operations ? yaml_find(operations, name) : NULL;
    return emit(m, given ? new_declaration(m->c, m->arena, inherited->interface,
                                           yaml_key_of_value(given), given)
                         : inherited);
}

/* All operations of the interface of inherited operation `first`. @return the next one's number, or
 * 0: no memory */
static size_t merge_interface(struct merge *m, size_t first)
{
    const struct interfaces *inherited = m->inherited;
    const char *interface = inherited->items[first]->interface;
    const struct yaml_node *operations = m->node ? yaml_find(m->node, interface) : NULL;
    size_t end = first;
    if (operations && yaml_kind(operations) != YAML_MAP)
        operations = NULL;
    while (end < inherited->count && !strcmp(inherited->items[end]->interface, interface)) {
        if (!emit_inherited(m, inherited->items[end++], operations))
            return 0;
    }
    return !operations || emit_new(m, interface, operations, first, end - first) ? end : 0;
}

/* Interfaces that are not inherited, in the order of the node. */
static bool merge_new_interfaces(struct merge *m)
{
    static char here[] = "here";
    struct map known = {0};
    bool ok = true;
    for (size_t i = 0; ok && m->inherited && i < m->inherited->count; i++) {
        const char *interface = m->inherited->items[i]->interface;
        if (i == 0 || strcmp(interface, m->inherited->items[i - 1]->interface) != 0)
            ok = map_set(&known, interface, here) || compiler_nomem(m->c);
    }
    for (size_t i = 0; ok && i < yaml_count(m->node); i++) {
        const char *interface = yaml_text(yaml_key(m->node, i));
        if (!map_has(&known, interface))
            ok = emit_new(m, interface, yaml_value(m->node, i), 0, 0);
    }
    map_release(&known);
    return ok;
}

/* Operations stand by interface, the inherited ones first, the new ones of each behind them. */
bool interfaces_merge(struct compiler *c, struct arena *arena, struct interfaces *result,
                      const struct interfaces *inherited, const struct yaml_node *node)
{
    size_t known = inherited ? inherited->count : 0;
    size_t size = (known + interfaces_count(node)) * sizeof *result->items;
    *result = (struct interfaces){arena_alloc(arena, size), 0};
    if (!result->items)
        return compiler_nomem(c);
    struct merge m = {c, arena, inherited, node, result};
    for (size_t next = 0; next < known;) {
        next = merge_interface(&m, next);
        if (!next)
            return false;
    }
    return !node || merge_new_interfaces(&m);
}

static bool compile_schemas(struct compiler *c, const char *subject,
                            struct declaration *declaration, const struct path *path)
{
    struct path interface = {path, declaration->interface, 0},
                operation = {&interface, yaml_text(declaration->at), 0},
                below = {&operation, "inputs", 0};
    const struct yaml_node *inputs = field_of(declaration->node, "inputs");
    if (!inputs || declaration->schemas) /* inherited ones have been compiled */
        return true;
    struct strbuf owner = STRBUF_INIT;
    strbuf_addf(&owner, "%s: operation '%s'", subject, declaration->name);
    declaration->schemas = input_schemas_compile(c, owner.text, "input", inputs, &below);
    strbuf_release(&owner);
    return declaration->schemas;
}

bool interfaces_compile_schemas(struct compiler *c, const char *subject,
                                const struct interfaces *interfaces, const struct path *path)
{
    bool ok = true;
    for (size_t i = 0; i < interfaces->count; i++)
        ok &= compile_schemas(c, subject, interfaces->items[i], path);
    return ok;
}

/* forms */

struct operation_form operation_form_read(const struct declaration *declaration, bool of_type)
{
    const struct yaml_node *node = declaration ? declaration->node : NULL;
    if (node && yaml_kind(node) == YAML_STRING)
        return (struct operation_form){.implementation = yaml_string(node)};
    return (struct operation_form){
        .implementation = field_string(node, "implementation", ""),
        .schemas = declaration ? declaration->schemas : NULL,
        .given = of_type ? NULL : field_of(node, "inputs"),
        .executor = field_of(node, "executor"),
        .max_retries = field_of(node, "max_retries"),
        .retry_interval = field_of(node, "retry_interval"),
        .timeout = field_of(node, "timeout"),
        .recoverable = field_of(node, "timeout_recoverable"),
    };
}

bool operation_form_is_noop(const struct operation_form *form)
{
    return !*form->implementation && !json_object_size(form->schemas) &&
           !(form->given && yaml_count(form->given)) && !form->executor && !form->max_retries &&
           !form->retry_interval && !form->timeout && !form->recoverable;
}

struct operation_form operation_form_overlay(const struct operation_form *type,
                                             const struct operation_form *template)
{
    struct operation_form form = *template;
    form.implementation = type->implementation;
    form.schemas = type->schemas;
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

/* checks */

bool operation_executor_check(struct compiler *c, const char *subject,
                              const struct yaml_node *value, const struct path *path)
{
    const char *executor = yaml_string(value);
    return !strcmp(executor, "central_deployment_agent") || !strcmp(executor, "host_agent") ||
           compiler_error(c, &code_operation_executor, value, path, NULL,
                          "%s: executor '%s' is neither 'central_deployment_agent' nor "
                          "'host_agent'",
                          subject, executor);
}

static bool check_number(struct compiler *c, const char *subject, const struct yaml_node *value,
                         const struct path *path, double least)
{
    return yaml_real(value) >= least ||
           compiler_error(c, &code_operation_number, value, path, NULL,
                          "%s: '%s' must not be less than %g", subject, path->key, least);
}

bool operation_retries_check(struct compiler *c, const char *subject, const struct yaml_node *value,
                             const struct path *path)
{
    return check_number(c, subject, value, path, -1);
}

bool operation_duration_check(struct compiler *c, const char *subject,
                              const struct yaml_node *value, const struct path *path)
{
    return check_number(c, subject, value, path, 0);
}

/* showing */

static json_t *describe(struct compiler *c, const struct declaration *declaration)
{
    struct operation_form form = operation_form_read(declaration, true);
    return json_pack(
        "{s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "implementation", form.implementation, "inputs",
        form.schemas ? json_incref(form.schemas) : json_object(), "executor",
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
