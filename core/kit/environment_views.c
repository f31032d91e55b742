/* environment_views.c - what a test sees of its deployment, and changes in its store. */
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "api/plugins.h"
#include "api/runtime.h"
#include "base/json.h"
#include "base/map.h"
#include "base/strbuf.h"
#include "deployment/instance_source.h"
#include "kit/environment.h"
#include "lua/operation_context.h"
#include "lua/value.h"

/* ---- what all methods need ---- */

struct environment *environment_check(lua_State *L)
{
    struct environment *environment = luaL_checkudata(L, 1, ENVIRONMENT_CLASS);
    luaL_argcheck(L, environment->c, 1, "the environment is closed: its test is over");
    return environment;
}

const char *environment_name(const struct environment *environment)
{
    return json_string_at(environment->options, "name", "local");
}

int environment_raise(lua_State *L, const struct cloudify_error *failure)
{
    struct error err = {0};
    error_set(&err, (enum error_code)failure->code, "%s", failure->text);
    return lua_raise_error(L, &err);
}

/* Push a result of the embedding API, which is freed; raise where it is NULL. */
static int push_result(lua_State *L, char *text, const struct cloudify_error *failure)
{
    struct error err = {0};
    if (!text)
        return environment_raise(L, failure);
    json_t **box = lua_json_box(L); /* raises only for want of memory */
    *box = json_parse(text, strlen(text), "result", &err);
    cloudify_free(text);
    if (!*box)
        return lua_raise_error(L, &err);
    lua_json_push(L, *box);
    return 1;
}

/* ---- what the embedding API shows ---- */

/* Push the result of one of its functions that take a deployment. */
static int show(lua_State *L,
                char *(*function)(struct cloudify *, const char *, struct cloudify_error *))
{
    const struct environment *environment = environment_check(L);
    struct cloudify_error failure = {0};
    char *text = function(environment->c, environment_name(environment), &failure);
    return push_result(L, text, &failure);
}

static int environment_outputs(lua_State *L)
{
    return show(L, cloudify_outputs);
}

static int environment_capabilities(lua_State *L)
{
    return show(L, cloudify_capabilities);
}

static int environment_deployment(lua_State *L)
{
    return show(L, cloudify_deployment);
}

static int environment_executions(lua_State *L)
{
    return show(L, cloudify_executions);
}

static bool collect_event(void *data, const char *record)
{
    struct error ignored = {0}; /* the store has none that cannot be read */
    return !json_array_append_new(data, json_parse(record, strlen(record), "event", &ignored));
}

static int environment_events(lua_State *L)
{
    const struct environment *environment = environment_check(L);
    struct cloudify_error failure = {0};
    json_t **filter = lua_json_box(L), **events = lua_json_box(L);
    *filter = lua_json_check(L, 2, "filter");
    *events = json_array();
    const struct cloudify_events_options options = {
        .type = json_string_at(*filter, "type", NULL),
        .node = json_string_at(*filter, "node", NULL),
        .operation = json_string_at(*filter, "operation", NULL),
    };
    if (!cloudify_events(environment->c, environment_name(environment), &options, collect_event,
                         *events, &failure))
        return environment_raise(L, &failure);
    lua_json_push(L, *events);
    return 1;
}

/* ---- what only the store knows ---- */

static bool load(const struct environment *environment, struct run *stored, struct error *err)
{
    stored->ds = runtime_deployment(environment->c, environment_name(environment), STORE_READ, err);
    return stored->ds && runtime_load(stored, err);
}

/* Push the value; raise where there is none. */
static int push_value(lua_State *L, const json_t *value, const struct error *err)
{
    if (!value)
        return lua_raise_error(L, err);
    lua_json_push(L, value);
    return 1;
}

/* Push what `render` makes of the stored deployment, as it stands. */
static int look(lua_State *L, json_t *(*render)(const struct run *run, struct error *err))
{
    const struct environment *environment = environment_check(L);
    struct error err = {0};
    json_t **box = lua_json_box(L);
    struct run stored = {0};
    if (load(environment, &stored, &err)) {
        *box = render(&stored, &err);
        if (!*box)
            error_nomem(&err);
    }
    runtime_unload(&stored);
    return push_value(L, *box, &err);
}

static json_t *render_instances(const struct run *run, struct error *err)
{
    (void)err;
    json_t *list = json_array();
    for (size_t i = 0; list && i < run->instances->count; i++) {
        json_t *instance = node_instance_to_json(run->instances, run->instances->items[i]);
        if (json_array_append_new(list, instance)) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *render_nodes(const struct run *run, struct error *err)
{
    (void)err;
    json_t *list = json_array();
    for (size_t i = 0; list && i < run->plan->node_count; i++) {
        if (json_array_append_new(list, plan_node_to_json(run->plan, &run->plan->nodes[i]))) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *render_plan(const struct run *run, struct error *err)
{
    (void)err;
    return deployment_plan_to_json(run->instances);
}

static json_t *render_places(const struct run *run, struct error *err)
{
    (void)err;
    return json_pack("{s:s, s:s}", "resources", deployment_store_resources(run->ds), "workdir",
                     deployment_store_workdir(run->ds));
}

/* What operations know as ctx.provider_context. */
static json_t *render_provider_context(const struct run *run, struct error *err)
{
    return deployment_store_provider_context(run->ds, err);
}

/* The first operation of each function that is mapped in a set of operations. */
static bool add_operations(json_t *list, struct map *known, const json_t *places,
                           const struct plan_node *node, const char *kind,
                           const struct operation_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct operation *operation = set->items[i];
        if (!operation->plugin)
            continue;
        const struct plan_plugin *plugin = operation->plugin;
        struct strbuf key = STRBUF_INIT;
        strbuf_add_all(&key, plugin->name, " ", operation->function);
        bool is_new = !key.failed && !map_get(known, key.text);
        bool ok = !key.failed && (!is_new || map_set(known, key.text, (void *)operation));
        strbuf_release(&key);
        if (!ok)
            return false;
        const json_t *place = json_object_get(places, plugin->name);
        if (is_new &&
            json_array_append_new(
                list, json_pack("{s:s, s:s, s:s, s:s, s:{s:s, s:s, s:s*}}", "node", node->id,
                                "kind", kind, "operation", operation->name, "function",
                                operation->function, "plugin", "name", plugin->name, "folder",
                                plugin->folder, "prefix", json_string_at(place, "folder", NULL))))
            return false;
    }
    return true;
}

static bool add_operations_of(json_t *list, struct map *known, const json_t *places,
                              const struct plan_node *node)
{
    bool ok = add_operations(list, known, places, node, "operations", node->operations);
    for (size_t i = 0; ok && i < node->relationship_count; i++) {
        const struct plan_relationship *r = &node->relationships[i];
        ok = add_operations(list, known, places, node, "source_operations", r->source_operations) &&
             add_operations(list, known, places, node, "target_operations", r->target_operations);
    }
    return ok;
}

json_t *environment_operations(struct cloudify *c, const struct run *run, struct error *err)
{
    struct map known = {0};
    json_t *places = deployment_plugins_places(c->store, run->ds, err);
    json_t *list = places ? json_array() : NULL;
    bool ok = list;
    for (size_t i = 0; ok && i < run->plan->node_count; i++)
        ok = add_operations_of(list, &known, places, &run->plan->nodes[i]);
    map_release(&known);
    json_decref(places);
    if (ok)
        return list;
    json_decref(list);
    error_nomem(err); /* unless it is something else */
    return NULL;
}

static int environment_provider_context(lua_State *L)
{
    return look(L, render_provider_context);
}

static int environment_node_instances(lua_State *L)
{
    return look(L, render_instances);
}

static int environment_nodes(lua_State *L)
{
    return look(L, render_nodes);
}

static int environment_plan(lua_State *L)
{
    return look(L, render_plan);
}

static int environment_places(lua_State *L)
{
    return look(L, render_places);
}

/* The instance that a member of the context of evaluate() names, or NULL with `err` set. */
static const struct node_instance *find_instance(const struct run *run, const json_t *context,
                                                 const char *name, struct error *err)
{
    const char *id = json_string_at(context, name, "");
    const struct node_instance *ni = instances_find(run->instances, id);
    if (!ni)
        error_set(err, ERROR_NOT_FOUND, "context '%s': there is no node instance '%s'", name, id);
    return ni;
}

/* {self} or {source, target}: ids of instances; or neither. @return false with `err` set */
static bool read_scope(const struct run *run, const json_t *context, struct function_scope *scope,
                       struct error *err)
{
    const struct node_instance *ni;
    *scope = (struct function_scope){.kind = FUNCTION_SCOPE_NONE, .path = "payload"};
    if (json_object_get(context, "self")) {
        if (!(ni = find_instance(run, context, "self", err)))
            return false;
        scope->kind = FUNCTION_SCOPE_NODE;
        scope->self = ni->id;
        scope->node = instance_node(run->instances, ni)->id;
    } else if (json_object_get(context, "source")) {
        if (!(ni = find_instance(run, context, "source", err)))
            return false;
        scope->kind = FUNCTION_SCOPE_RELATIONSHIP;
        scope->source = ni->id;
        scope->source_node = instance_node(run->instances, ni)->id;
        if (!(ni = find_instance(run, context, "target", err)))
            return false;
        scope->target = ni->id;
        scope->target_node = instance_node(run->instances, ni)->id;
    }
    return true;
}

static json_t *evaluate(struct cloudify *c, const struct run *run, const json_t *payload,
                        const json_t *context, struct error *err)
{
    struct function_scope scope;
    struct value_source source = instance_source(run->instances);
    struct disclosure disclosure = {0};
    struct vault *vault = runtime_vault(c, STORE_READ, err);
    json_t *value = NULL;
    source.secret = disclosure_secret;
    source.secrets = &disclosure;
    if (vault && read_scope(run, context, &scope, err) &&
        disclosure_init(&disclosure, vault, run->ds, false, err))
        value = functions_evaluate(payload, &scope, &source, FUNCTIONS_RUNTIME, NULL, err);
    disclosure_release(&disclosure);
    return value;
}

/* evaluate(payload, {self} or {source, target} or {}) */
static int environment_evaluate(lua_State *L)
{
    const struct environment *environment = environment_check(L);
    struct error err = {0};
    json_t **payload = lua_json_box(L), **context = lua_json_box(L), **value = lua_json_box(L);
    *payload = lua_json_check(L, 2, "payload");
    *context = lua_json_check(L, 3, "context");
    struct run stored = {0};
    if (load(environment, &stored, &err))
        *value = evaluate(environment->c, &stored, *payload, *context, &err);
    runtime_unload(&stored);
    return push_value(L, *value, &err);
}

static int environment_update_node_instance(lua_State *L)
{
    const struct environment *environment = environment_check(L);
    struct error err = {0};
    json_t **given = lua_json_box(L);
    *given = lua_json_check(L, 2, "change");
    const struct instance_change change = {
        .id = json_string_at(*given, "id", ""),
        .version = json_integer_at(*given, "version", -1),
        .state = json_string_at(*given, "state", NULL),
        .runtime_properties = json_object_get(*given, "runtime_properties"),
        .system_properties = json_object_get(*given, "system_properties")};
    struct deployment_store *ds =
        runtime_deployment(environment->c, environment_name(environment), STORE_WRITE, &err);
    bool ok = ds && instance_update(ds, &change, &err);
    deployment_store_close(ds);
    return ok ? 0 : lua_raise_error(L, &err);
}

void environment_add_views(lua_State *L)
{
    static const luaL_Reg methods[] = {{"outputs", environment_outputs},
                                       {"capabilities", environment_capabilities},
                                       {"deployment", environment_deployment},
                                       {"executions", environment_executions},
                                       {"events", environment_events},
                                       {"node_instances", environment_node_instances},
                                       {"nodes", environment_nodes},
                                       {"plan", environment_plan},
                                       {"places", environment_places},
                                       {"provider_context", environment_provider_context},
                                       {"evaluate", environment_evaluate},
                                       {"update_node_instance", environment_update_node_instance},
                                       {NULL, NULL}};
    luaL_setfuncs(L, methods, 0);
}
