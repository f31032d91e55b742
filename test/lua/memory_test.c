/* memory_test.c - what the process has for Lua states follows what these have. */
#include "lua/memory.h"

#include <lauxlib.h>
#include <lualib.h>
#include <malloc.h>

#include "../check.h"

enum { MIB = 1024 * 1024, LIMIT = 32 * MIB };

/* Ten sizes one after another, of each some ten MiB. */
static const char churn[] = "for size = 50, 500, 50 do\n"
                            "   local text, list = string.rep('x', size), {}\n"
                            "   for i = 1, 8 * 1024 * 1024 // size do list[i] = text .. i end\n"
                            "   list = nil\n"
                            "   collectgarbage()\n"
                            "end";

/* Bytes that are not free() of all that malloc() has given. */
static size_t taken(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

int main(void)
{
    struct memory memory = {.limit = LIMIT};
    size_t before = taken();
    lua_State *L = memory_state_new(&memory);
    luaL_openlibs(L);
    int status = luaL_dostring(L, churn);
    CHECK(status == LUA_OK, "all sizes have been taken: %s", status ? lua_tostring(L, -1) : "");
    CHECK(taken() - before < 2 * LIMIT, "memory of one size is used for others: %zu MiB",
          (taken() - before) / MIB);
    memory_state_trim(L);
    CHECK(taken() - before < 8 * MIB, "what is not needed is given back: %zu MiB are left",
          (taken() - before) / MIB);
    lua_close(L);
    CHECK(taken() - before < MIB, "a state that is closed leaves nothing");
    return checks_done();
}
