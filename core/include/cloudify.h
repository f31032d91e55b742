/* cloudify.h - the embedding API: blueprints in, running systems out.
 *
 *     struct cloudify_error err = {0};
 *     struct cloudify *c = cloudify_open(&(struct cloudify_options){.store = "/var/lib/x"}, &err);
 *     if (c && cloudify_install(c, "blueprint.yaml", &(struct cloudify_install_options){0}, &err))
 *         ...
 *     cloudify_close(c);
 *
 * Strings passed in are borrowed for the call and are UTF-8. Results are JSON texts, new:
 * cloudify_free() them; a list has one entry a line. One `struct cloudify` may be used by one
 * thread at a time; each call that runs an execution returns when the execution has ended.
 *
 * A blueprint is the path of a YAML file; or of a folder or an archive (zip, tar, tar.gz, tar.bz2,
 * tar.xz) with such a file, see cloudify_options.blueprint_file; or the URL (http, https, file) of
 * one of these. What was fetched and unpacked for it stays until cloudify_close(): diagnostics name
 * files of it.
 */
#ifndef CLOUDIFY_H
#define CLOUDIFY_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CLOUDIFY_API __attribute__((visibility("default")))

/* What a caller may react to. Numbers never change their meaning. */
enum cloudify_error_code {
    CLOUDIFY_OK = 0,
    CLOUDIFY_INVALID = 1,   /* bad input: a blueprint, inputs, parameters */
    CLOUDIFY_NOT_FOUND = 2, /* no such deployment, execution, file */
    CLOUDIFY_EXISTS = 3,
    CLOUDIFY_CONFLICT = 4,
    CLOUDIFY_BUSY = 5, /* another execution of the deployment runs, or waits to run */
    CLOUDIFY_STORAGE = 6,
    CLOUDIFY_IO = 7,
    CLOUDIFY_NOMEM = 8,
    CLOUDIFY_LIMIT = 9,
    CLOUDIFY_PLUGIN = 10,
    CLOUDIFY_FAILED = 11, /* an execution failed */
    CLOUDIFY_CANCELLED = 12,
    CLOUDIFY_UNSUPPORTED = 13,
    CLOUDIFY_STATE = 14, /* not possible in the present state of the deployment */
};

/* Lives on the caller's stack; nothing in it is to be freed. */
struct cloudify_error {
    enum cloudify_error_code code;
    char text[1024]; /* for a human; of an execution that has failed, also the traceback */
    /* The execution that has failed, was cancelled or broke off so, if the call has run one: see
     * cloudify_execution(). */
    char execution[40];
};

/* A runtime over one store. */
struct cloudify;

/* How event and log records are handed out. */
enum cloudify_event_form {
    CLOUDIFY_EVENTS_JSON = 0,       /* one JSON object each */
    CLOUDIFY_EVENTS_TEXT = 1,       /* for people: one line each, causes of errors below it */
    CLOUDIFY_EVENTS_DEBUG_TEXT = 2, /* the same, with the debug logs, which the former leaves out */
};

/* What it points to must stay until cloudify_close(). */
struct cloudify_options {
    const char *store; /* directory; NULL: $CFY_STORE, else ~/.cloudify */
    /* File with the key that secrets are encrypted with, made with the first one; NULL:
     * $CFY_SECRET_KEY, else $XDG_CONFIG_HOME/cloudify/secret.key, else
     * ~/.config/cloudify/secret.key. */
    const char *secret_key;
    /* Directories with plugins, before those of the store; NULL-terminated, or NULL. */
    const char *const *plugin_directories;
    /* "PREFIX=REPLACEMENT" each: from where imports whose URL begins with PREFIX are fetched first,
     * as from a mirror; NULL-terminated, or NULL. */
    const char *const *import_rules;
    bool import_rules_only; /* where a rule applies, the URL itself is not tried */
    /* The blueprint's file in archives and folders that are given as blueprints; NULL:
     * blueprint.yaml, or the only file of YAML at the top. */
    const char *blueprint_file;
    /* JSON object that operations of the deployments made find as ctx.provider_context, or NULL. */
    const char *provider_context;
    const char *worker; /* the worker's executable; NULL: the one installed with the library */
    /* Called after each commit with each new event or log record, or NULL. */
    void (*on_event)(void *data, const char *record);
    /* Called after the last of these, when it is worth while to flush what was written; or NULL. */
    void (*on_events_end)(void *data);
    void *on_event_data; /* for both */
    /* Of the records of on_event and of cloudify_events(). */
    enum cloudify_event_form event_form;
    /* SIGINT and SIGTERM cancel what runs, in each thread that has asked so: the first signal
     * gracefully, the second kills. */
    bool handle_signals;
};

/* How an execution is run; zero values stand for the defaults named. */
struct cloudify_execution_options {
    int workers;                /* operations at a time, async ones not counted; 0: 16 */
    bool retries_given;         /* false: the next two are 5 and 1 */
    int task_retries;           /* -1: without limit */
    double task_retry_interval; /* seconds */
    int subgraph_retries;       /* -1: without limit */
    bool wait_given;            /* false: the next one is 600 */
    double wait_after_fail;     /* seconds that what runs may go on after a failure */
    /* Bytes that plugins may use in a worker process, in Lua; and of its address space, which is
     * for C modules too. Both are lifted for what operations start. 0: half of the
     * machine's memory; no bound. */
    uint64_t worker_memory, worker_address_space;
    /* Operations get the caller's environment without CFY_*; or, of that, only PATH, HOME, USER,
     * LOGNAME, SHELL, LANG, LC_*, TMPDIR and TZ. */
    bool clean_env;
    const char *const *pass_env; /* variables that they get in any case; NULL-terminated, or NULL */
    /* Operations' files in the deployment's work directory, and downloads, are left where they are,
     * for somebody to look at; the next execution without it removes them. */
    bool keep_workdir;
    bool dry_run; /* only show what would be done; cloudify_execute() and cloudify_uninstall() */
    bool allow_custom_parameters; /* accept parameters that the workflow does not declare */
    /* The next two are for cloudify_execute() and cloudify_uninstall(); see docs/queue.md. */
    /* While another execution of the deployment runs or waits, wait until that has ended. */
    bool queue;
    /* Go before those that wait and are not forced. What runs is not overtaken. */
    bool force;
};

/** "0.1.0". */
CLOUDIFY_API const char *cloudify_version(void);
/**
 * Take the memory of JSON values from pools of the thread instead of malloc(), as cfy does: engines
 * make and free them by the hundred thousand. It holds for all that the program does with jansson,
 * whose json_dumps() then gives what nobody can free(); so it is for the program to choose. To be
 * called before anything else.
 */
CLOUDIFY_API void cloudify_use_json_pools(void);
/** Free a result. NULL is allowed. */
CLOUDIFY_API void cloudify_free(char *result);

/**
 * Open a runtime. The store is made when it is first written to. CLOUDIFY_INVALID: an import rule
 * has no '='.
 *
 * @return new (cloudify_close() it), or NULL with `err` set
 */
CLOUDIFY_API struct cloudify *cloudify_open(const struct cloudify_options *options,
                                            struct cloudify_error *err);
/** Close a runtime. NULL is allowed. */
CLOUDIFY_API void cloudify_close(struct cloudify *c);

struct cloudify_validate_options {
    const char *inputs; /* JSON object, or NULL to validate without binding inputs */
    int max_errors;     /* how many are told in full; 0: 20 */
    bool strict;        /* warn of what is allowed but probably not meant */
};

/**
 * Parse and validate a blueprint; the store is not touched.
 *
 * @param options NULL: all defaults
 * @param valid   gets whether there is no error
 * @return {"valid": bool, "errors": how many, "warnings": how many, "diagnostics": [{code, number,
 *         severity, message, file, line, column, path, hint}]}; or NULL with `err` set if it could
 *         not be tried at all
 */
CLOUDIFY_API char *cloudify_validate(struct cloudify *c, const char *blueprint,
                                     const struct cloudify_validate_options *options, bool *valid,
                                     struct cloudify_error *err);

/**
 * What has to be done to make the plan of one blueprint into that of another; the store is not
 * touched.
 *
 * @param inputs JSON object, to compare deployments with these inputs; or NULL
 * @param valid  gets whether both blueprints are valid
 * @return {"steps": [{action, entity_type, entity_id, topology_order, supported}]} in the order in
 *         which they are carried out; or what cloudify_validate() returns of the blueprint that is
 *         wrong; or NULL with `err` set if it could not be tried at all
 */
CLOUDIFY_API char *cloudify_diff(struct cloudify *c, const char *before, const char *after,
                                 const char *inputs, bool *valid, struct cloudify_error *err);

/** @return a JSON Schema of the language of blueprints, for editors; or NULL with `err` set */
CLOUDIFY_API char *cloudify_schema(struct cloudify_error *err);

/**
 * The plan of a blueprint; the store is not touched.
 *
 * @param inputs JSON object, for the plan of a deployment with its `node_instances`; or NULL, for
 *        the plan of the blueprint
 * @param valid  gets whether there is a plan
 * @return the plan; or what cloudify_validate() returns, if the blueprint or its inputs are wrong;
 *         or NULL with `err` set if it could not be tried at all
 */
CLOUDIFY_API char *cloudify_plan(struct cloudify *c, const char *blueprint, const char *inputs,
                                 bool *valid, struct cloudify_error *err);

/**
 * Read inputs from a file of YAML or JSON, or from one `key=value` text, whose value is read as a
 * YAML scalar.
 *
 * @return a JSON object, or NULL with `err` set
 */
CLOUDIFY_API char *cloudify_read_inputs(const char *source, struct cloudify_error *err);

/**
 * Create a deployment from a blueprint, without running anything; cloudify_execute() does that.
 *
 * @param blueprint  path or URL, see above; what is beside its main file is kept with it
 * @param deployment id; NULL: the name of the blueprint's folder. In use already: as for
 *                   cloudify_install()
 * @param inputs     JSON object, or NULL
 * @return the record, as cloudify_deployment(); or NULL with `err` set
 */
CLOUDIFY_API char *cloudify_deployment_create(struct cloudify *c, const char *blueprint,
                                              const char *deployment, const char *inputs,
                                              struct cloudify_error *err);

struct cloudify_install_options {
    const char *deployment; /* id; NULL: the name of the blueprint's folder */
    const char *inputs;     /* JSON object, or NULL */
    struct cloudify_execution_options execution;
};

/**
 * Create a deployment and run its workflow `install`.
 *
 * @return the execution's record as by cloudify_execution(), and in it whether the blueprint has
 *         node templates (`has_nodes`) and outputs (`has_outputs`); or NULL with `err` set:
 *         CLOUDIFY_INVALID (blueprint or inputs; the text is the first diagnostic), CLOUDIFY_STATE
 *         (already installed, or its install failed or was interrupted), CLOUDIFY_BUSY,
 *         CLOUDIFY_FAILED, CLOUDIFY_CANCELLED, CLOUDIFY_STORAGE
 */
CLOUDIFY_API char *cloudify_install(struct cloudify *c, const char *blueprint,
                                    const struct cloudify_install_options *options,
                                    struct cloudify_error *err);

/**
 * Run a workflow of a deployment.
 *
 * With `queue` the call waits for the turn of the execution, which is in the store meanwhile, with
 * status "queued". on_event gets "workflow_queued" if it has to wait; the wait is ended by
 * cloudify_cancel(), from another thread's handle or another process, and by the signals of
 * `handle_signals`.
 *
 * @param parameters JSON object, or NULL
 * @return as cloudify_install(); CLOUDIFY_BUSY also: another execution waits, and neither `queue`
 *         nor `force` is set; CLOUDIFY_NOT_FOUND also: the deployment was deleted meanwhile
 */
CLOUDIFY_API char *cloudify_execute(struct cloudify *c, const char *deployment,
                                    const char *workflow, const char *parameters,
                                    const struct cloudify_execution_options *options,
                                    struct cloudify_error *err);

/**
 * Run one operation of a node instance now, by the workflow execute_operation: nothing else
 * changes. It is tried once, unless `options` give a number of retries.
 *
 * @param instance  id of a node instance; or of a node that has only one
 * @param operation its name, or its name without the interface: that of the lifecycle, or the only
 *        one that has it; NULL: any
 * @param inputs    JSON object of inputs that go before those of the blueprint, or NULL
 * @param options   allow_custom_parameters: also inputs that are spelt almost as declared ones
 * @return as cloudify_execute(); CLOUDIFY_NOT_FOUND also: no such instance or operation, the error
 *         names those that there are; CLOUDIFY_INVALID also: an input that seems misspelt
 */
CLOUDIFY_API char *cloudify_run_operation(struct cloudify *c, const char *deployment,
                                          const char *instance, const char *operation,
                                          const char *inputs,
                                          const struct cloudify_execution_options *options,
                                          struct cloudify_error *err);

struct cloudify_resume_options {
    bool reset_operations; /* begin anew what was under way, also what is not declared resumable */
    struct cloudify_execution_options execution; /* zero values: as it was run before */
};

/**
 * Go on with an execution that was interrupted, has failed or was cancelled: what has succeeded is
 * not done again (docs/resume.md). One that is queued is waited for, as by cloudify_execute().
 *
 * @return as cloudify_install(); CLOUDIFY_STATE also: it has completed, or install or uninstall has
 *         run since; CLOUDIFY_BUSY also: it is queued, and somebody waits for it already
 */
CLOUDIFY_API char *cloudify_resume(struct cloudify *c, const char *execution,
                                   const struct cloudify_resume_options *options,
                                   struct cloudify_error *err);

/* Each does all that the ones before it do. */
enum cloudify_cancel_level {
    CLOUDIFY_CANCEL_GRACEFUL = 1, /* nothing new starts, running operations end, the workflow is
                                     told */
    CLOUDIFY_CANCEL_FORCE = 2,    /* the workflow is abandoned */
    CLOUDIFY_CANCEL_KILL = 3,     /* running operations are killed */
};

/**
 * Cancel an execution, whichever process runs it. It takes effect within half a second; the call
 * does not wait for the end. An execution that is queued or was interrupted is cancelled at once.
 *
 * @return false with `err` set: CLOUDIFY_NOT_FOUND, CLOUDIFY_STATE (it has ended, or is being
 *         cancelled more urgently), CLOUDIFY_STORAGE, CLOUDIFY_IO
 */
CLOUDIFY_API bool cloudify_cancel(struct cloudify *c, const char *execution,
                                  enum cloudify_cancel_level level, struct cloudify_error *err);

/** Run `uninstall`; the deployment's record stays. @return as cloudify_install() */
CLOUDIFY_API char *cloudify_uninstall(struct cloudify *c, const char *deployment,
                                      const char *parameters,
                                      const struct cloudify_execution_options *options,
                                      struct cloudify_error *err);

/** @return array of deployment records, by id */
CLOUDIFY_API char *cloudify_deployments(struct cloudify *c, struct cloudify_error *err);
/** @return {id, blueprint_id, created_at, status, inputs, workflows, ...} */
CLOUDIFY_API char *cloudify_deployment(struct cloudify *c, const char *deployment,
                                       struct cloudify_error *err);
/** Forget a deployment that is not installed, with its history. `force`: whatever its state. */
CLOUDIFY_API bool cloudify_deployment_delete(struct cloudify *c, const char *deployment, bool force,
                                             struct cloudify_error *err);

/* ---- installed plugins (docs/plugins.md) ---- */

/**
 * Install a plugin into the store, beside its other versions. All of it is installed or nothing,
 * also when the process is killed. Nothing of its code is run.
 *
 * @param source its folder, an archive of that, or a rock that was built
 * @return the record, as cloudify_plugin(); or NULL with `err` set: CLOUDIFY_INVALID (it is broken:
 *         the text has the file and the line), CLOUDIFY_EXISTS (this version is installed),
 *         CLOUDIFY_NOT_FOUND, CLOUDIFY_UNSUPPORTED, CLOUDIFY_LIMIT, CLOUDIFY_STORAGE, CLOUDIFY_IO
 */
CLOUDIFY_API char *cloudify_plugin_install(struct cloudify *c, const char *source,
                                           struct cloudify_error *err);
/** @return array of plugin records, by name, the newest version first; without `deployments` */
CLOUDIFY_API char *cloudify_plugins(struct cloudify *c, struct cloudify_error *err);
/**
 * One installed plugin.
 *
 * @param version NULL: the newest
 * @return {name, version, status: "ok" or "broken", reason: why it is broken or null, plugins: what
 *         it declares, installed_at, source, folder, dependencies: rocks that it needs, as in its
 *         rockspec, bundled: {rock: version} that it brings along, deployments: ids of those that
 *         use it}; or NULL with `err` set: CLOUDIFY_NOT_FOUND
 */
CLOUDIFY_API char *cloudify_plugin(struct cloudify *c, const char *name, const char *version,
                                   struct cloudify_error *err);
/**
 * Take an installed plugin away.
 *
 * @param version NULL: the only one
 * @param force also while deployments use it
 * @return false with `err` set: CLOUDIFY_NOT_FOUND, CLOUDIFY_INVALID (there are several versions),
 *         CLOUDIFY_STATE (deployments use it: the text names them)
 */
CLOUDIFY_API bool cloudify_plugin_uninstall(struct cloudify *c, const char *name,
                                            const char *version, bool force,
                                            struct cloudify_error *err);
/**
 * Make one archive of a plugin that can be installed without network. The rocks that its rockspec
 * depends on are resolved by LuaRocks, bundled, and written with their exact versions to
 * luarocks.lock, in the archive and in the folder; where that file is there, these versions are
 * taken. Without such dependencies LuaRocks is not needed.
 *
 * @param folder of the plugin
 * @param file   to be written; NULL: NAME-VERSION.tar.gz in the working directory
 * @return {file, name, version, bundled: {rock: version}}; or NULL with `err` set: as for
 *         cloudify_plugin_install(), CLOUDIFY_FAILED (LuaRocks says why)
 */
CLOUDIFY_API char *cloudify_plugin_pack(struct cloudify *c, const char *folder, const char *file,
                                        struct cloudify_error *err);

/* ---- writing plugins (docs/plugin-project.md) ---- */

/**
 * Begin a plugin: make the folder `name` in the working directory, with a small plugin that works,
 * its tests and an example. The store is not touched, here and below.
 *
 * @return {name, module: what its Lua modules begin with, folder, files: their paths in it}; or
 *         NULL with `err` set: CLOUDIFY_INVALID (a plugin cannot be called so), CLOUDIFY_EXISTS,
 *         CLOUDIFY_IO
 */
CLOUDIFY_API char *cloudify_plugin_new(struct cloudify *c, const char *name,
                                       struct cloudify_error *err);
/**
 * Run the specs of a plugin by busted, in a process of its own that prints to our standard output.
 *
 * @param folder    of the plugin
 * @param arguments of busted, ending with NULL; or NULL
 * @param timeout   seconds, after which they are ended; 0: never
 * @param exit_code gets that of busted; 128 and the signal that has ended it; 124 after the
 * timeout; 0 if it could not be started
 * @return false with `err` set: CLOUDIFY_NOT_FOUND, CLOUDIFY_IO; CLOUDIFY_FAILED if the specs have
 *         not come to their end, with the one that was running
 */
CLOUDIFY_API bool cloudify_plugin_test(struct cloudify *c, const char *folder,
                                       const char *const *arguments, double timeout, int *exit_code,
                                       struct cloudify_error *err);
/**
 * A Lua prompt on our standard input and output, in a process of its own (docs/debugging.md).
 *
 * @param deployment, instance whose ctx is at hand, in an operation that lasts as long as the
 * prompt; as for cloudify_run_operation(). Both NULL: a mock of ctx is
 * @param exit_code gets 0, or 1 where it could not be begun, which that process has told
 * @return false with `err` set: CLOUDIFY_NOT_FOUND, CLOUDIFY_IO
 */
CLOUDIFY_API bool cloudify_shell(struct cloudify *c, const char *deployment, const char *instance,
                                 int *exit_code, struct cloudify_error *err);
/**
 * Look through a plugin for what would go wrong later. Its modules are loaded, in a Lua state that
 * is dropped afterwards; none of its operations is run.
 *
 * @param folder of the plugin
 * @param valid  gets whether there is no error; warnings do not count
 * @return array of {severity: "error" or "warning", file: path in the folder or null, line: or
 *         null, column: or null, message, advice}, by file and line; or NULL with `err` set:
 *         CLOUDIFY_NOT_FOUND
 */
CLOUDIFY_API char *cloudify_plugin_check(struct cloudify *c, const char *folder, bool *valid,
                                         struct cloudify_error *err);

/** @return array of execution records of one deployment, or (NULL) of all; oldest first */
CLOUDIFY_API char *cloudify_executions(struct cloudify *c, const char *deployment,
                                       struct cloudify_error *err);
/** @return {id, deployment_id, workflow_id, status, status_display, parameters, created_at,
 *          started_at, ended_at, error, waiting}: `waiting` is whether it is queued and a process
 *          waits for its turn */
CLOUDIFY_API char *cloudify_execution(struct cloudify *c, const char *execution,
                                      struct cloudify_error *err);

/**
 * The task graphs of an execution, as far as it has come. Those without a name are not kept.
 *
 * @return array of {name, tasks}, a task being {number, kind, name, node_instance_id, container,
 *         after, state, retry}: `container` is the number of the subgraph around it, `after` are
 *         those of the tasks that it waits for; or NULL with `err` set
 */
CLOUDIFY_API char *cloudify_execution_graph(struct cloudify *c, const char *execution,
                                            struct cloudify_error *err);

/* Which events are shown; zero values let all pass. Times are UTC, "2026-11-27T22:38:46.391Z", or
 * the beginning of one, which stands for all times that begin so. */
struct cloudify_events_options {
    bool follow;      /* go on with new ones until the execution that runs, if any, has ended */
    int tail;         /* begin with the newest so many */
    const char *type; /* "task_failed", ...; "log": what operations and workflows log */
    const char *node; /* name of a node or id of a node instance */
    const char *operation; /* with or without its interface */
    const char *from, *to; /* times, both included */
};

/**
 * Show the stored events and logs of a deployment (all its executions) or of one execution.
 *
 * @param id      of an execution or a deployment
 * @param options NULL: all that are stored
 * @param show    called for each record, oldest first; returns false to stop
 */
CLOUDIFY_API bool cloudify_events(struct cloudify *c, const char *id,
                                  const struct cloudify_events_options *options,
                                  bool (*show)(void *data, const char *record), void *data,
                                  struct cloudify_error *err);

/** @return array of node instances: id, node_id, index, state, runtime_properties, ...; the values
 *          of secrets that the deployment was given are masked */
CLOUDIFY_API char *cloudify_node_instances(struct cloudify *c, const char *deployment,
                                           struct cloudify_error *err);
/** @return object: name -> value, evaluated now; the values of secrets are masked */
CLOUDIFY_API char *cloudify_outputs(struct cloudify *c, const char *deployment,
                                    struct cloudify_error *err);
/** The same for capabilities. */
CLOUDIFY_API char *cloudify_capabilities(struct cloudify *c, const char *deployment,
                                         struct cloudify_error *err);

/* Secrets are texts with names, kept encrypted; see docs/secrets.md. */

enum cloudify_secret_change {
    CLOUDIFY_SECRET_CREATE = 0, /* CLOUDIFY_EXISTS: there is one already */
    CLOUDIFY_SECRET_UPDATE = 1, /* CLOUDIFY_NOT_FOUND: there is none */
    CLOUDIFY_SECRET_PUT = 2,    /* whether there is one or not */
};

/**
 * Keep a secret.
 *
 * @param value UTF-8, 1 to 65,536 bytes; those shorter than 4 bytes cannot be masked
 * @return {"key", "created_at", "updated_at"}; or NULL with `err` set: also CLOUDIFY_INVALID,
 *         CLOUDIFY_STATE (the key is missing, is another one, or is open to others)
 */
CLOUDIFY_API char *cloudify_secret_write(struct cloudify *c, const char *key, const char *value,
                                         enum cloudify_secret_change change,
                                         struct cloudify_error *err);
/** @return array of {"key", "created_at", "updated_at"}, by key */
CLOUDIFY_API char *cloudify_secrets(struct cloudify *c, struct cloudify_error *err);
/**
 * The one function that shows the value of a secret.
 *
 * @return {"key", "value", "created_at", "updated_at"}; or NULL with `err` set: CLOUDIFY_NOT_FOUND,
 *         CLOUDIFY_STATE as above, CLOUDIFY_STORAGE (also: it is damaged)
 */
CLOUDIFY_API char *cloudify_secret(struct cloudify *c, const char *key, struct cloudify_error *err);
/**
 * Forget a secret, whoever needs it; no key is needed.
 *
 * @return {"key", "deployments"}: the ids of those that ask for it or were given it
 */
CLOUDIFY_API char *cloudify_secret_delete(struct cloudify *c, const char *key,
                                          struct cloudify_error *err);
/**
 * Encrypt all secrets of the store with the key in another file, which is made if it is missing.
 * The old file stays. All of them, or none.
 *
 * @return {"secret_key", "secrets"}: the path of the file and how many they are
 */
CLOUDIFY_API char *cloudify_secrets_rotate(struct cloudify *c, const char *secret_key,
                                           struct cloudify_error *err);

/** Whether one of the built-in workflows is called `name`. */
CLOUDIFY_API bool cloudify_is_workflow(const char *name);
/** The known name most like `wanted` among the NULL-terminated `names`, or NULL. */
CLOUDIFY_API const char *cloudify_suggest(const char *wanted, const char *const *names);

#ifdef __cplusplus
}
#endif

#endif
