/* workflow_refusals.c - see workflow_refusals.h. */
#include "lua/workflow_refusals.h"

#include <lauxlib.h>
#include <lualib.h>

#include "lua/exception.h"

static const char ends_engine[] = "it would end the engine; return, or raise an error";
static const char breaks_engine[] = "it can break the engine, in whose process they run";
static const char stops_watch[] = "the engine's own hook ends a workflow that is cancelled";

static const struct {
    const char *library, *name, *why;
} refused[] = {
    {LUA_OSLIBNAME, "exit", ends_engine},           {LUA_LOADLIBNAME, "loadlib", breaks_engine},
    {LUA_DBLIBNAME, "getregistry", breaks_engine},  {LUA_DBLIBNAME, "getmetatable", breaks_engine},
    {LUA_DBLIBNAME, "setmetatable", breaks_engine}, {LUA_DBLIBNAME, "setupvalue", breaks_engine},
    {LUA_DBLIBNAME, "upvaluejoin", breaks_engine},  {LUA_DBLIBNAME, "setuservalue", breaks_engine},
    {LUA_DBLIBNAME, "sethook", stops_watch}};

/* upvalues: the name of the function, and why it is refused */
static int refuse(lua_State *L)
{
    return lua_exception_raise(L, "NonRecoverableError", "%s is not for workflows: %s",
                               lua_tostring(L, lua_upvalueindex(1)),
                               lua_tostring(L, lua_upvalueindex(2)));
}

void workflow_refusals_install(lua_State *L)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        lua_getglobal(L, refused[i].library);
        lua_pushfstring(L, "%s.%s", refused[i].library, refused[i].name);
        lua_pushstring(L, refused[i].why);
        lua_pushcclosure(L, refuse, 2);
        lua_setfield(L, -2, refused[i].name);
        lua_pop(L, 1);
    }
}
