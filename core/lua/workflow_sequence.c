/* workflow_sequence.c - the class of sequences: steps of a graph that follow each other. */
#include <stdlib.h>

#include "lua/exception.h"
#include "lua/workflow_run.h"

static const struct lua_class sequence_class;

void workflow_sequence_push(lua_State *L, struct task *container)
{
    struct task_graph *graph = execution_graph(workflow_run(L)->execution);
    struct task_sequence *sequence = lua_class_new_object(L, &sequence_class, sizeof *sequence, 0);
    *sequence = (struct task_sequence){.graph = graph, .container = container};
}

/* A step of many tasks: the table at `arg`, whose tasks are gathered in a userdata. As many as
 * there are: a metamethod could tell any number. */
static void add_table(lua_State *L, struct task_sequence *sequence, int arg, struct error *err)
{
    lua_Integer count = (lua_Integer)lua_rawlen(L, arg);
    struct task **tasks = lua_newuserdatauv(L, (size_t)count * sizeof *tasks + 1, 0);
    for (lua_Integer i = 0; i < count; i++) {
        lua_rawgeti(L, arg, i + 1);
        tasks[i] = workflow_task_check(L, -1);
        lua_pop(L, 1);
    }
    task_sequence_add(sequence, tasks, (size_t)count, err);
    lua_pop(L, 1);
}

/* Add the step at index `arg`. */
static void add_step(lua_State *L, struct task_sequence *sequence, int arg)
{
    struct error err = {0};
    if (lua_istable(L, arg)) {
        add_table(L, sequence, arg, &err);
    } else {
        struct task *task = workflow_task_check(L, arg);
        task_sequence_add(sequence, &task, 1, &err);
    }
    if (err.code)
        workflow_raise(L, &err);
}

/* sequence:add(step, ...): a step is a task, or a table of tasks that run beside each other. */
static int sequence_add(lua_State *L)
{
    int count = lua_gettop(L);
    for (int arg = 2; arg <= count; arg++)
        add_step(L, lua_class_self(L), arg);
    return 0;
}

static int sequence_gc(lua_State *L)
{
    task_sequence_release(lua_class_check(L, 1, &sequence_class));
    return 0;
}

static const luaL_Reg methods[] = {{"add", sequence_add}, {NULL, NULL}};
static const luaL_Reg metamethods[] = {{"__gc", sequence_gc}, {NULL, NULL}};

static const struct lua_class sequence_class = {.name = "cloudify.workflow.sequence",
                                                .noun = "sequence",
                                                .methods = methods,
                                                .metamethods = metamethods};

void workflow_sequence_register(lua_State *L)
{
    lua_class_register(L, &sequence_class);
}
