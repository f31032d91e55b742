/* core_module.h - the modules written in C that cloudify's Lua modules stand on. */
#ifndef CLOUDIFY_LUA_CORE_MODULE_H
#define CLOUDIFY_LUA_CORE_MODULE_H

#include <lua.h>

/* Each opens one module, as lua_CFunction for package.preload. */
int lua_open_core(lua_State *L);       /* cloudify.core: null, marks, copies, exceptions */
int lua_open_json(lua_State *L);       /* cloudify.json: encode, decode */
int lua_open_processes(lua_State *L);  /* cloudify.processes: execute, popen, run, sleep */
int lua_open_http(lua_State *L);       /* cloudify.http: request */
int lua_open_filesystem(lua_State *L); /* cloudify.filesystem: what cloudify.files stands on */
int lua_open_scripts(lua_State *L);    /* cloudify.scripts: what the plugin script stands on */
/* cloudify.resource_files: what cloudify.resources stands on */
int lua_open_resource_files(lua_State *L);
int lua_fetch_new(lua_State *L); /* its function `fetch` */
/* cloudify.mock_contexts: what cloudify.mocks stands on */
int lua_open_mock_contexts(lua_State *L);

#endif
