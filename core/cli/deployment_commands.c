/* deployment_commands.c - the commands that make, show and forget deployments. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/print.h"
#include "cli/session.h"

static char *ask_deployments(struct cloudify *c, const char *unused, struct cloudify_error *err)
{
    (void)unused;
    return cloudify_deployments(c, err);
}

static void show_deployments(const json_t *rows)
{
    static const struct column columns[] = {
        {"id", "id"},
        {"blueprint", "blueprint_id"},
        {"status", "status"},
        {"created", "created_at"},
        {0},
    };
    print_table(columns, rows, "deployments");
}

static void show_instances(const json_t *rows)
{
    static const struct column columns[] = {
        {"id", "id"},
        {"node", "node_id"},
        {"state", "state"},
        {"version", "version"},
        {"runtime properties", "runtime_properties"},
        {0},
    };
    print_table(columns, rows, "node instances");
}

static void show_created(const json_t *deployment)
{
    const char *id = json_string_value(json_object_get(deployment, "id"));
    printf("Deployment '%s' is created.\n", id);
    printf("Install it with 'cfy executions start install -d %s'.\n", id);
}

int command_deployments_create(const struct arguments *arguments)
{
    struct session session;
    char *inputs = NULL;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    int code = EXIT_FAILED;
    if (session_inputs(&session, &inputs)) {
        char *created = cloudify_deployment_create(session.cloudify, arguments->positionals[0],
                                                   arguments->deployment, inputs, &session.err);
        code = session_print(&session, created, show_created);
    }
    free(inputs);
    session_close(&session);
    return code;
}

int command_deployments_list(const struct arguments *arguments)
{
    return session_ask(arguments, ask_deployments, show_deployments);
}

int command_deployments_get(const struct arguments *arguments)
{
    return session_ask(arguments, cloudify_deployment, print_record);
}

int command_node_instances(const struct arguments *arguments)
{
    return session_ask(arguments, cloudify_node_instances, show_instances);
}

int command_outputs(const struct arguments *arguments)
{
    return session_ask(arguments, cloudify_outputs, print_record);
}

int command_capabilities(const struct arguments *arguments)
{
    return session_ask(arguments, cloudify_capabilities, print_record);
}

int command_deployments_delete(const struct arguments *arguments)
{
    struct session session;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    bool ok = cloudify_deployment_delete(session.cloudify, arguments->positionals[0],
                                         arguments->force, &session.err);
    int code = ok ? EXIT_OK : session_failed(&session);
    if (ok && !arguments->json)
        printf("Deployment '%s' is deleted.\n", arguments->positionals[0]);
    session_close(&session);
    return code;
}
