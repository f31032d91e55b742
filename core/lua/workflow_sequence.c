/* workflow_sequence.c - the class of sequences: steps of a graph that follow each other. */
#include <stdlib.h>

#include "lua/exception.h"
#include "lua/lua_class.h"
#include "lua/workflow_run.h"

#define CLASS "cloudify.workflow.sequence"

void workflow_sequence_push(lua_State *L, struct task *container)
{
    struct task_sequence *sequence = lua_newuserdatauv(L, sizeof *sequence, 0);
    *sequence = (struct task_sequence){.graph = execution_graph(workflow_run(L)->execution),
                                       .container = container};
    luaL_setmetatable(L, CLASS);
}

/* A step of many tasks: the table at index 2, whose tasks are gathered in a userdata. */
static void add_table(lua_State *L, struct task_sequence *sequence, struct error *err)
{
    lua_Integer count = luaL_len(L, 2);
    struct task **tasks = lua_newuserdatauv(L, (size_t)count * sizeof *tasks + 1, 0);
    for (lua_Integer i = 0; i < count; i++) {
        lua_geti(L, 2, i + 1);
        tasks[i] = workflow_task_check(L, -1);
        lua_pop(L, 1);
    }
    task_sequence_add(sequence, tasks, (size_t)count, err);
}

/* Upvalue-free helper: add_step(sequence, task or table of tasks). */
static int add_step(lua_State *L)
{
    struct task_sequence *sequence = luaL_checkudata(L, 1, CLASS);
    struct error err = {0};
    if (lua_istable(L, 2)) {
        add_table(L, sequence, &err);
    } else {
        struct task *task = workflow_task_check(L, 2);
        task_sequence_add(sequence, &task, 1, &err);
    }
    return err.code ? workflow_raise(L, &err) : 0;
}

/* sequence:add(step, ...): a step is a task, or a table of tasks that run beside each other. */
static int sequence_add(lua_State *L)
{
    luaL_checkudata(L, 1, CLASS);
    int count = lua_gettop(L);
    for (int i = 2; i <= count; i++) {
        lua_pushcfunction(L, add_step);
        lua_pushvalue(L, 1);
        lua_pushvalue(L, i);
        lua_call(L, 2, 0);
    }
    return 0;
}

static int sequence_gc(lua_State *L)
{
    task_sequence_release(luaL_checkudata(L, 1, CLASS));
    return 0;
}

void workflow_sequence_register(lua_State *L)
{
    static const struct lua_field fields[] = {{NULL, NULL, NULL}};
    static const luaL_Reg methods[] = {{"add", sequence_add}, {NULL, NULL}};
    static const luaL_Reg metamethods[] = {{"__gc", sequence_gc}, {NULL, NULL}};
    lua_class_register(L, CLASS, "sequence", fields, methods, metamethods);
}
