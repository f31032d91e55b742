/* execution_commands.c - the commands that run workflows, and those that show executions. */
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/print.h"
#include "cli/session.h"
#include "cli/task_graph.h"

/* What a table shows of an error, in characters: more would make it too wide to be read. */
enum { ERROR_WIDTH = 72 };

/* What a workflow has done to a deployment, and which command tells more. */
static const struct outcome {
    const char *workflow, *done, *next;
} outcomes[] = {
    {"install", "is installed", "outputs"},
    {"uninstall", "is uninstalled", "deployments delete"},
    {NULL, "has run the workflow to its end", "node-instances"},
};

static const struct outcome *outcome_of(const char *workflow)
{
    const struct outcome *outcome = outcomes;
    while (outcome->workflow && strcmp(outcome->workflow, workflow))
        outcome++;
    return outcome;
}

/* Say how an execution ended and what to do next. Takes `result`. */
static int finish(struct session *session, char *result)
{
    if (!result)
        return session_failed(session);
    if (session->arguments->json) {
        puts(result);
        cloudify_free(result);
        return EXIT_OK;
    }
    json_t *execution = session_parse(result);
    const char *deployment = text_of(execution, "deployment_id");
    const struct outcome *outcome = outcome_of(text_of(execution, "workflow_id"));
    const char *next = outcome->next;
    if (session->arguments->execution.dry_run) {
        printf("\nNothing was done to deployment '%s': this was a dry run.\n", deployment);
    } else {
        printf("\nDeployment '%s' %s.\n", deployment, outcome->done);
        if (outcome->workflow && json_is_false(json_object_get(execution, "has_nodes")))
            printf("Its blueprint has no node_templates: there was nothing to be done.\n");
        if (json_is_false(json_object_get(execution, "has_outputs")))
            next = "node-instances";
        printf("See 'cfy %s %s' next.\n", next, deployment);
    }
    json_decref(execution);
    return EXIT_OK;
}

int command_install(const struct arguments *arguments)
{
    struct session session;
    char *inputs = NULL;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    int code = EXIT_FAILED;
    if (session_inputs(&session, &inputs)) {
        struct cloudify_install_options options = {
            .deployment = arguments->deployment,
            .inputs = inputs,
            .execution = arguments->execution,
        };
        code = finish(&session, cloudify_install(session.cloudify, arguments->positionals[0],
                                                 &options, &session.err));
    }
    free(inputs);
    session_close(&session);
    return code;
}

/* What cannot be stopped must not keep a deployment for ever. */
static void advise(const struct cloudify_error *err, const char *deployment, const char *workflow)
{
    if (err->code == CLOUDIFY_FAILED && !strcmp(workflow, "uninstall"))
        fprintf(stderr, "cfy: to go on past what fails: 'cfy uninstall %s --ignore-failure'\n",
                deployment);
}

static int execute(const struct arguments *arguments, const char *deployment, const char *workflow)
{
    struct session session;
    char *parameters = NULL;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    int code = EXIT_FAILED;
    if (session_inputs(&session, &parameters))
        code = finish(&session, cloudify_execute(session.cloudify, deployment, workflow, parameters,
                                                 &arguments->execution, &session.err));
    if (code == EXIT_FAILED)
        advise(&session.err, deployment, workflow);
    free(parameters);
    session_close(&session);
    return code;
}

int command_uninstall(const struct arguments *arguments)
{
    return execute(arguments, arguments->positionals[0], "uninstall");
}

int command_executions_start(const struct arguments *arguments)
{
    if (!arguments->deployment) {
        fputs("cfy: name the deployment with -d ID; 'cfy deployments list' shows them\n", stderr);
        return EXIT_USAGE;
    }
    return execute(arguments, arguments->deployment, arguments->positionals[0]);
}

int command_executions_resume(const struct arguments *arguments)
{
    struct session session;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    struct cloudify_resume_options options = {
        .reset_operations = arguments->reset_operations,
        .execution = arguments->execution,
    };
    int code = finish(&session, cloudify_resume(session.cloudify, arguments->positionals[0],
                                                &options, &session.err));
    session_close(&session);
    return code;
}

int command_executions_cancel(const struct arguments *arguments)
{
    struct session session;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    const char *id = arguments->positionals[0];
    bool ok = cloudify_cancel(session.cloudify, id, arguments->cancel, &session.err);
    int code = ok ? command_executions_get(arguments) : session_failed(&session);
    session_close(&session);
    return code;
}

/* The first line of the error of `row`, and not too much of it. @return whether that is not all */
static bool shorten_error(json_t *row)
{
    const char *text = text_of(row, "error");
    size_t line = strcspn(text, "\n"), length = text_prefix(text, line, ERROR_WIDTH);
    if (!text[length])
        return false;
    json_object_set_new(row, "error", json_sprintf("%.*s ...", (int)length, text));
    return true;
}

static void show_executions(const json_t *rows)
{
    static const struct column columns[] = {
        {"id", "id"},
        {"deployment", "deployment_id"},
        {"workflow", "workflow_id"},
        {"status", "status_display"},
        {"created", "created_at"},
        {"ended", "ended_at"},
        {"error", "error"},
        {0},
    };
    json_t *shown = json_deep_copy(rows), *row;
    bool is_short = false;
    size_t i;
    json_array_foreach(shown, i, row) is_short = shorten_error(row) || is_short;
    print_table(columns, shown, "executions");
    if (is_short)
        puts("'cfy executions get ID' shows the whole error.");
    json_decref(shown);
}

int command_executions_list(const struct arguments *arguments)
{
    if (arguments->positional_count && arguments->deployment)
        return usage_error(NULL, "executions list: name one deployment, not '%s' and '%s'",
                           arguments->positionals[0], arguments->deployment);
    return session_ask(arguments, cloudify_executions, show_executions);
}

int command_executions_get(const struct arguments *arguments)
{
    return session_ask(arguments, cloudify_execution, print_record);
}

int command_executions_graph(const struct arguments *arguments)
{
    return session_ask(arguments, cloudify_execution_graph,
                       arguments->dot ? task_graphs_print_dot : task_graphs_print);
}

int command_events(const struct arguments *arguments)
{
    struct session session;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    bool ok = cloudify_events(session.cloudify, arguments->positionals[0], &arguments->events,
                              session_show, NULL, &session.err);
    int code = ok ? EXIT_OK : session_failed(&session);
    session_close(&session);
    return code;
}
