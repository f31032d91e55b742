/* absent_plugins.c - see plugins.h: that a plugin is missing is said before anything is begun, and
 * what was installed after the deployment was made counts. */
#include <stdlib.h>
#include <string.h>

#include "api/plugins.h"
#include "api/runtime.h"
#include "base/json.h"
#include "base/json_strings.h"
#include "dsl/plugin_place.h"
#include "lua/plugin_presence.h"
#include "storage/plugin_store.h"

/* ---- installed since ---- */

/* Without one the runtime has its code, or Lua's own path. */
static bool needs_place(const struct plan_plugin *plugin, const json_t *places)
{
    return plugin->install && !json_object_get(places, plugin->name);
}

static bool adopt(struct cloudify *c, const struct run *run, const struct plan_plugin *plugin,
                  json_t *places, struct arena *arena, struct error *err)
{
    const struct plugin_search search = {.blueprint_folder = deployment_store_resources(run->ds),
                                         .resolver = runtime_resolver(c)};
    struct plugin_place place = {0};
    if (!plugin_place_find(plugin, &search, arena, &place, err))
        return false;
    if (place.kind != PLUGIN_INSTALLED)
        return true;
    return deployment_store_add_plugin(c->store, run->ds, plugin->name, place.package_name,
                                       place.package_version, err) &&
           (json_set_value(places, plugin->name, json_true()) || error_nomem(err));
}

/* `places` gets the names of those that are adopted. */
static bool adopt_installed(struct cloudify *c, const struct run *run, json_t *places,
                            struct error *err)
{
    struct arena arena = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < run->plan->plugin_count; i++) {
        const struct plan_plugin *plugin = &run->plan->plugins[i];
        ok = !needs_place(plugin, places) || adopt(c, run, plugin, places, &arena, err);
    }
    arena_release(&arena);
    return ok;
}

/* ---- what an install would stumble over ---- */

/* The workflow runs those, of its node types and relationships alike; or a later one does, which
 * is to undo what it has done. */
static bool is_of_lifecycle(const struct operation *operation)
{
    static const char prefix[] = "cloudify.interfaces.";
    return !strncmp(operation->name, prefix, sizeof prefix - 1);
}

static json_t *question(const struct operation *operation, json_t *directories)
{
    const char *dot = strrchr(operation->function, '.');
    return json_pack("{s:{s:s, s:s, s:O}, s:o, s:s}", "plugin", "name", operation->plugin->name,
                     "folder", operation->plugin->folder, "directories", directories, "module",
                     json_stringn(operation->function, (size_t)(dot - operation->function)), "name",
                     dot + 1);
}

static bool has_operation(const struct operation_set *set, const struct operation *operation)
{
    for (size_t i = 0; i < set->count; i++) {
        if (set->items[i] == operation)
            return true;
    }
    return false;
}

/* Say whose operation it is, in front of an error. */
static void add_user(const struct plan *plan, const struct operation *operation, struct error *err)
{
    for (size_t i = 0; i < plan->node_count; i++) {
        const struct plan_node *node = &plan->nodes[i];
        if (has_operation(node->operations, operation)) {
            error_context(err, "operation '%s' of node '%s' (node type '%s')", operation->name,
                          node->id, node->type->name);
            return;
        }
        for (size_t j = 0; j < node->relationship_count; j++) {
            const struct plan_relationship *r = &node->relationships[j];
            if (has_operation(r->source_operations, operation) ||
                has_operation(r->target_operations, operation)) {
                error_context(err, "operation '%s' of node '%s' (relationship type '%s')",
                              operation->name, node->id, r->type->name);
                return;
            }
        }
    }
}

bool deployment_plugins_check(const struct plan *plan, const json_t *places,
                              const char *const *directories, const char *resources, bool is_new,
                              struct error *err)
{
    json_t *questions = json_array(), *list = json_strings(directories);
    const struct operation **asked = calloc(plan->operation_count + 1, sizeof *asked);
    bool ok = (questions && list && asked) || error_nomem(err);
    for (size_t i = 0; ok && i < plan->operation_count; i++) {
        const struct operation *operation = plan->operations[i];
        if (!operation->plugin || !needs_place(operation->plugin, places) ||
            !is_of_lifecycle(operation) || !strchr(operation->function, '.'))
            continue;
        asked[json_array_size(questions)] = operation;
        ok = !json_array_append_new(questions, question(operation, list)) || error_nomem(err);
    }
    int absent = ok && json_array_size(questions)
                     ? lua_plugin_absent(questions, resources, is_new, err)
                     : -1;
    if (absent >= 0)
        add_user(plan, asked[absent], err);
    free(asked);
    json_decref(list);
    json_decref(questions);
    return !err->code;
}

bool runtime_brings_plugins(const struct cloudify *c)
{
    return c->setting.is_transient || c->setting.dispatcher_new;
}

bool runtime_ready_plugins(struct cloudify *c, const struct run *run, struct error *err)
{
    if (runtime_brings_plugins(c))
        return true;
    json_t *places = deployment_store_plugins(run->ds, err);
    bool ok = places && adopt_installed(c, run, places, err);
    if (ok && !strcmp(run->workflow->name, "install"))
        ok = deployment_plugins_check(run->plan, places, c->options.plugin_directories,
                                      deployment_store_resources(run->ds), false, err);
    json_decref(places);
    return ok;
}
