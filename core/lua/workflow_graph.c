/* workflow_graph.c - the class of the task graph; its methods serve subgraphs too. */
#include <stdlib.h>
#include <string.h>

#include "lua/exception.h"
#include "lua/workflow_run.h"

static const struct lua_class graph_class;

static struct task_graph *graph_of(lua_State *L)
{
    return execution_graph(workflow_run(L)->execution);
}

/* The subgraph at index 1, or NULL for the graph itself. */
static struct task *container_of(lua_State *L)
{
    void *object = workflow_handle_self(L)->object;
    return object == graph_of(L) ? NULL : object;
}

void workflow_graph_push(lua_State *L)
{
    void *graph = graph_of(L);
    workflow_handle_push(L, &graph_class, graph, graph, 0);
}

static int graph_add_task(lua_State *L)
{
    struct error err = {0};
    if (!task_graph_add(graph_of(L), container_of(L), workflow_task_check(L, 2), &err))
        return workflow_raise(L, &err);
    return 0;
}

static int graph_remove_task(lua_State *L)
{
    task_graph_remove(graph_of(L), workflow_task_check(L, 2));
    return 0;
}

static int graph_get_task(lua_State *L)
{
    struct task *task = task_graph_find(graph_of(L), luaL_checkstring(L, 2));
    if (task)
        workflow_task_push(L, task);
    else
        lua_pushnil(L);
    return 1;
}

static int graph_add_dependency(lua_State *L)
{
    struct error err = {0};
    if (!task_graph_depend(graph_of(L), workflow_task_check(L, 2), workflow_task_check(L, 3), &err))
        return workflow_raise(L, &err);
    return 0;
}

static int graph_remove_dependency(lua_State *L)
{
    task_graph_undepend(graph_of(L), workflow_task_check(L, 2), workflow_task_check(L, 3));
    return 0;
}

static int graph_sequence(lua_State *L)
{
    workflow_sequence_push(L, container_of(L));
    return 1;
}

static int graph_subgraph(lua_State *L)
{
    struct task *container = container_of(L);
    struct error err = {0};
    struct task *subgraph =
        execution_subgraph(workflow_run(L)->execution, luaL_checkstring(L, 2), &err);
    if (!subgraph || !task_graph_add(graph_of(L), container, subgraph, &err))
        return workflow_raise(L, &err);
    workflow_task_push(L, subgraph);
    return 1;
}

static bool stands_in(const struct task *task, const struct task *container)
{
    while (task && task != container)
        task = task->container;
    return task == container;
}

/* A copy, so that the graph may be changed while the tasks are walked. */
static int graph_tasks(lua_State *L)
{
    struct task *container = container_of(L);
    lua_settop(L, 1);
    lua_newtable(L);
    lua_Integer count = 0;
    for (struct task *task = task_graph_next(graph_of(L), NULL); task;
         task = task_graph_next(graph_of(L), task))
        if (task != container && stands_in(task, container)) {
            workflow_task_push(L, task);
            lua_seti(L, -2, ++count);
        }
    workflow_list_iterator(L);
    return 1;
}

static int graph_optimize(lua_State *L)
{
    struct error err = {0};
    if (!task_graph_optimize(graph_of(L), &err))
        return workflow_raise(L, &err);
    return 0;
}

/* linearize() -> list of all tasks, each behind what it waits for. */
static int graph_linearize(lua_State *L)
{
    struct error err = {0};
    size_t count = task_graph_count(graph_of(L));
    /* In memory of Lua, as what follows may raise. */
    struct task **tasks = lua_newuserdatauv(L, count * sizeof(struct task *), 0);
    lua_createtable(L, (int)count, 0);
    struct task **order = task_graph_linearize(graph_of(L), &count, &err);
    if (!order)
        return workflow_raise(L, &err);
    memcpy(tasks, order, count * sizeof *tasks);
    free(order);
    for (size_t i = 0; i < count; i++) {
        workflow_task_push(L, tasks[i]);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static int graph_store(lua_State *L)
{
    struct error err = {0};
    if (!execution_store_graph(workflow_run(L)->execution, luaL_checkstring(L, 2), &err))
        return workflow_raise(L, &err);
    return 0;
}

static int finish_execute(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    struct error err = {0};
    if (execution_graph_result(workflow_run(L)->execution, &err))
        return 0;
    if (err.code == ERROR_CANCELLED)
        return lua_exception_raise(L, "ExecutionCancelled", "%s", err.text);
    if (err.code != ERROR_FAILED)
        return lua_exception_raise(L, "WorkflowFailed", "%s", err.text);
    lua_exception_from_json(L, execution_graph_error(workflow_run(L)->execution));
    return lua_error(L);
}

static int graph_execute(lua_State *L)
{
    struct execution *execution = workflow_run(L)->execution;
    if (execution_options(execution)->resume && !execution_graph_is_stored(execution))
        return lua_exception_raise(L, "NonRecoverableError",
                                   "a resumed workflow can execute only graphs that have a name: "
                                   "build them with make_or_get_graph()");
    execution_wait_graph(execution);
    return workflow_wait(L, 0, finish_execute);
}

static const luaL_Reg shared_methods[] = {{"add_task", graph_add_task},
                                          {"remove_task", graph_remove_task},
                                          {"get_task", graph_get_task},
                                          {"add_dependency", graph_add_dependency},
                                          {"remove_dependency", graph_remove_dependency},
                                          {"sequence", graph_sequence},
                                          {"subgraph", graph_subgraph},
                                          {NULL, NULL}};

static const struct lua_field shared_fields[] = {{"tasks", graph_tasks, NULL}, {NULL, NULL, NULL}};

const struct lua_class workflow_container_class = {.methods = shared_methods,
                                                   .fields = shared_fields};

static const luaL_Reg methods[] = {{"optimize", graph_optimize},
                                   {"linearize", graph_linearize},
                                   {"store", graph_store},
                                   {"execute", graph_execute},
                                   {NULL, NULL}};

static const struct lua_class graph_class = {.name = "cloudify.workflow.graph",
                                             .noun = "task graph",
                                             .methods = methods,
                                             .metamethods = workflow_handle_metamethods,
                                             .bases = {&workflow_container_class}};

void workflow_graph_register(lua_State *L)
{
    lua_class_register(L, &graph_class);
}
