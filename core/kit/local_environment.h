/* local_environment.h - cloudify.local_environment: a deployment in a store that is thrown away, as
 * cloudify.test_utils hands it to tests (runtime.md 8). Private to that module.
 */
#ifndef CLOUDIFY_KIT_LOCAL_ENVIRONMENT_H
#define CLOUDIFY_KIT_LOCAL_ENVIRONMENT_H

#include <lua.h>

/**
 * The module: open{store, secret_key, blueprint, name, inputs?, project?, plugin_directories?,
 * provider_context?} makes the deployment `name` in the folder `store`, which is the caller's to
 * remove. Returns an object with these methods, which raise where the embedding API fails:
 *   execute(workflow, parameters, options) -> true, value; or false, error code, text
 *   outputs(), capabilities(), deployment(), executions(), node_instances(), nodes(), plan()
 *   places() -> {resources, workdir}, provider_context()
 *   operations() -> {node, kind, operation, function, plugin} for each function that is mapped
 *   evaluate(payload, {self?} or {source?, target?}) -> the payload without functions
 *   events{type?, node?, operation?} -> records
 *   update_node_instance{id, version, state?, runtime_properties?, system_properties?}
 *   set_secret(key, value)
 *   waited() -> seconds that the virtual clock has put on
 *   close(), also called by __close and __gc
 * copy(from, to) copies a file or folder, absolute(path) gives the path without links, or nil.
 * raising(f) makes of a function that returns `false, error` one that raises it.
 */
int lua_open_local_environment(lua_State *L);

#endif
