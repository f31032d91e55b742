/* evaluate_case.c - cases that evaluate functions as an execution does. */
#include <string.h>

#include "base/json.h"
#include "conformance.h"
#include "storage_source.h"

struct evaluation_case {
    json_t *storage;
    struct value_source source;
    struct function_failure failure;
    struct error err;
};

static json_t *evaluate(struct evaluation_case *c, const json_t *value,
                        const struct function_scope *scope)
{
    return functions_evaluate(value, scope, &c->source, FUNCTIONS_RUNTIME, &c->failure, &c->err);
}

/* The node of an instance. Contexts that name a node for an instance mean that node. */
static const char *node_of(const struct evaluation_case *c, const char *id)
{
    return id ? json_string_at(storage_instance(c->storage, id), "node_id", id) : NULL;
}

static struct function_scope context_scope(const struct evaluation_case *c, const json_t *context)
{
    struct function_scope scope = {
        .self = json_string_at(context, "self", NULL),
        .source = json_string_at(context, "source", NULL),
        .target = json_string_at(context, "target", NULL),
        .source_node = json_string_at(context, "source_node", NULL),
        .target_node = json_string_at(context, "target_node", NULL),
        .path = "payload",
    };
    scope.node = node_of(c, scope.self);
    if (!scope.source_node)
        scope.source_node = node_of(c, scope.source);
    if (!scope.target_node)
        scope.target_node = node_of(c, scope.target);
    return scope;
}

static json_t *evaluate_payload(struct evaluation_case *c, const json_t *arguments)
{
    struct function_scope scope = context_scope(c, json_object_get(arguments, "context"));
    return evaluate(c, json_object_get(arguments, "payload"), &scope);
}

/* name -> value, of name -> {value}. */
static json_t *evaluate_declared(struct evaluation_case *c, const json_t *declared,
                                 enum function_scope_kind kind)
{
    struct function_scope scope = {.kind = kind, .path = "payload"};
    json_t *values = json_object(), *declaration;
    const char *name;
    json_object_foreach((json_t *)declared, name, declaration)
    {
        json_object_set(values, name, json_object_get(declaration, "value"));
    }
    json_t *result = values ? evaluate(c, values, &scope) : NULL;
    json_decref(values);
    return result;
}

/* What a node shows of itself: its properties and those of its capabilities. */
static json_t *evaluate_node(struct evaluation_case *c, const json_t *arguments)
{
    const json_t *node = json_object_get(arguments, "node");
    const char *id = json_string_at(node, "id", NULL);
    struct function_scope scope = {.kind = FUNCTION_SCOPE_NODE, .node = id, .path = id};
    json_t *shown = json_copy((json_t *)node);
    storage_add_node(c->storage, node);
    static const char *const evaluated[] = {"properties", "capabilities"};
    for (size_t i = 0; shown && i < sizeof evaluated / sizeof *evaluated; i++) {
        const json_t *value = json_object_get(node, evaluated[i]);
        json_t *result = value ? evaluate(c, value, &scope) : json_object();
        if (!result || json_object_set_new(shown, evaluated[i], result)) {
            json_decref(shown);
            return NULL;
        }
    }
    return shown;
}

static json_t *run(struct evaluation_case *c, const char *function, const json_t *arguments)
{
    if (!strcmp(function, "evaluate_functions"))
        return evaluate_payload(c, arguments);
    if (!strcmp(function, "evaluate_outputs")) {
        /* Secrets that a case lists are not known to what evaluates outputs in the original. */
        if (json_object_size(json_object_get(c->storage, "secrets")))
            c->source.secret = NULL;
        return evaluate_declared(c, json_object_get(arguments, "outputs_def"),
                                 FUNCTION_SCOPE_OUTPUTS);
    }
    if (!strcmp(function, "evaluate_capabilities"))
        return evaluate_declared(c, json_object_get(arguments, "capabilities"),
                                 FUNCTION_SCOPE_CAPABILITIES);
    if (!strcmp(function, "evaluate_node_functions"))
        return evaluate_node(c, arguments);
    c->failure.problem = FUNCTION_PROBLEM_UNSUPPORTED;
    error_set(&c->err, ERROR_UNSUPPORTED, "'%s' is not supported", function);
    return NULL;
}

json_t *answer_evaluate(const json_t *request)
{
    const json_t *what = json_object_get(request, "evaluate");
    json_t *storage = json_object_get(what, "storage");
    struct evaluation_case c = {.storage = storage, .source = storage_source(storage)};
    json_t *value =
        run(&c, json_string_at(what, "function", ""), json_object_get(what, "arguments"));
    return value ? json_pack("{s:o}", "value", value) : answer_problem(c.failure.problem, &c.err);
}
