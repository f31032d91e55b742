/* limits.c - how an execution is run: what is given, stored and the default. */
#include <stdlib.h>

#include "api/runtime.h"
#include "base/json.h"
#include "engine/execution.h"

enum {
    DEFAULT_WORKERS = 16,
    DEFAULT_TASK_RETRIES = 5,
    DEFAULT_TASK_RETRY_INTERVAL = 1, /* seconds */
    DEFAULT_WAIT_AFTER_FAIL = 600,   /* seconds */
};

static json_t *schedule(const struct cloudify_execution_options *options, const json_t *stored)
{
    json_int_t workers = json_integer_at(stored, "workers", DEFAULT_WORKERS);
    json_int_t retries = json_integer_at(stored, "task_retries", DEFAULT_TASK_RETRIES);
    json_int_t subgraph_retries = json_integer_at(stored, "subgraph_retries", 0);
    double interval = json_number_at(stored, "task_retry_interval", DEFAULT_TASK_RETRY_INTERVAL);
    double wait = json_number_at(stored, "wait_after_fail", DEFAULT_WAIT_AFTER_FAIL);
    if (options->workers > 0)
        workers = options->workers;
    if (options->retries_given) {
        retries = options->task_retries;
        interval = options->task_retry_interval;
    }
    if (options->subgraph_retries)
        subgraph_retries = options->subgraph_retries;
    if (options->wait_given)
        wait = options->wait_after_fail;
    return json_pack("{s:I, s:I, s:f, s:I, s:f}", "workers", workers, "task_retries", retries,
                     "task_retry_interval", interval, "subgraph_retries", subgraph_retries,
                     "wait_after_fail", wait);
}

/* Set `limits[key]` to `given` unless that is 0, else to what is stored, if anything is. */
static bool choose_size(json_t *limits, const char *key, uint64_t given, const json_t *stored)
{
    json_t *kept = json_object_get(stored, key);
    if (given)
        return !json_object_set_new(limits, key, json_integer((json_int_t)given));
    return !kept || !json_object_set(limits, key, kept);
}

static bool choose_environment(json_t *limits, const struct cloudify_execution_options *options,
                               const json_t *stored)
{
    json_t *passed = json_object_get(stored, "pass_env");
    bool clean = options->clean_env || json_boolean_at(stored, "clean_env", false);
    passed = passed ? json_copy_whole(passed) : json_array();
    for (const char *const *name = options->pass_env; name && *name; name++) {
        if (json_array_append_new(passed, json_string(*name)))
            goto fail;
    }
    if (!passed || (clean && json_object_set_new(limits, "clean_env", json_true())))
        goto fail;
    if (json_array_size(passed))
        return !json_object_set_new(limits, "pass_env", passed);
    json_decref(passed);
    return true;

fail:
    json_decref(passed);
    return false;
}

json_t *runtime_limits(const struct cloudify_execution_options *options, const json_t *stored,
                       struct error *err)
{
    json_t *limits = schedule(options, stored);
    if (limits && choose_size(limits, "worker_memory", options->worker_memory, stored) &&
        choose_size(limits, "worker_address_space", options->worker_address_space, stored) &&
        choose_environment(limits, options, stored) &&
        (!options->keep_workdir || !json_object_set_new(limits, "keep_workdir", json_true())) &&
        (!options->force || !json_object_set_new(limits, "force", json_true())))
        return limits;
    json_decref(limits);
    error_nomem(err);
    return NULL;
}

const char **runtime_apply_limits(struct execution_options *execution, const json_t *limits)
{
    const json_t *passed = json_object_get(limits, "pass_env");
    size_t count = json_array_size(passed);
    const char **names = calloc(count + 1, sizeof *names);
    for (size_t i = 0; names && i < count; i++)
        names[i] = json_string_value(json_array_get(passed, i));
    execution->workers = (int)json_integer_at(limits, "workers", DEFAULT_WORKERS);
    execution->task_retries = (int)json_integer_at(limits, "task_retries", DEFAULT_TASK_RETRIES);
    execution->task_retry_interval =
        json_number_at(limits, "task_retry_interval", DEFAULT_TASK_RETRY_INTERVAL);
    execution->subgraph_retries = (int)json_integer_at(limits, "subgraph_retries", 0);
    execution->wait_after_fail = json_number_at(limits, "wait_after_fail", DEFAULT_WAIT_AFTER_FAIL);
    execution->keep_workdir = json_boolean_at(limits, "keep_workdir", false);
    execution->worker_settings = (struct worker_settings){
        .memory = (uint64_t)json_integer_at(limits, "worker_memory", 0),
        .address_space = (uint64_t)json_integer_at(limits, "worker_address_space", 0),
        .clean_environment = json_boolean_at(limits, "clean_env", false),
        .passed = names,
    };
    return names;
}
