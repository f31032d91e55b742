/* string_list.c - see string_list.h. */
#include "lua/string_list.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char **lua_string_list(lua_State *L, int index, const char *first)
{
    size_t count = (size_t)luaL_len(L, index), offset = first ? 1 : 0;
    char **list = calloc(count + offset + 1, sizeof *list);
    if (!list)
        luaL_error(L, "out of memory");
    if (first)
        list[0] = (char *)first;
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, index, (lua_Integer)i + 1);
        list[i + offset] = (char *)lua_tostring(L, -1);
        lua_pop(L, 1);
    }
    return list;
}

static bool is_overridden(char **list, const char *variable)
{
    size_t length = strcspn(variable, "=") + 1;
    for (; *list; list++)
        if (strncmp(*list, variable, length) == 0)
            return true;
    return false;
}

char **lua_environment_list(lua_State *L, int index)
{
    char **own = lua_string_list(L, index, NULL);
    size_t count = 0, inherited = 0;
    while (own[count])
        count++;
    while (environ[inherited])
        inherited++;
    char **list = realloc(own, (count + inherited + 1) * sizeof *list);
    if (!list) {
        free(own);
        luaL_error(L, "out of memory");
    }
    size_t total = count;
    for (size_t i = 0; i < inherited; i++) {
        list[total] = NULL;
        if (!is_overridden(list, environ[i]))
            list[total++] = environ[i];
    }
    list[total] = NULL;
    return list;
}
