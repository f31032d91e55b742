/* deployment_commands.c - the commands that look at blueprints and deployments. */
#include <stdlib.h>

#include "cli/command.h"
#include "cli/print.h"
#include "cli/session.h"

static const char *member(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* "web.yaml:12:7: error: node 'db': ... (did you mean 'x'?)" */
static void print_diagnostic(const json_t *diagnostic)
{
    const char *hint = member(diagnostic, "hint");
    if (*member(diagnostic, "file")) /* inputs have no place in a file */
        printf("%s:%d:%d: ", member(diagnostic, "file"),
               (int)json_integer_value(json_object_get(diagnostic, "line")),
               (int)json_integer_value(json_object_get(diagnostic, "column")));
    printf("%s: %s", member(diagnostic, "severity"), member(diagnostic, "message"));
    if (*hint)
        printf(" (%s)", hint);
    putchar('\n');
}

static void show_diagnostics(const json_t *result)
{
    size_t index;
    const json_t *diagnostic;
    json_array_foreach(json_object_get(result, "diagnostics"), index, diagnostic)
        print_diagnostic(diagnostic);
    if (json_is_true(json_object_get(result, "valid")))
        puts("The blueprint is valid.");
}

static int validate(struct session *session, const char *blueprint)
{
    char *inputs;
    if (!session_inputs(session, &inputs))
        return EXIT_FAILED;
    const char *bound = session->arguments->input_count ? inputs : NULL;
    bool valid = false;
    char *result = cloudify_validate(session->cloudify, blueprint, bound, &valid, &session->err);
    int code = session_print(session, result, show_diagnostics);
    free(inputs);
    return valid ? code : EXIT_FAILED;
}

static void show_indented(const json_t *value)
{
    json_dumpf(value, stdout, JSON_INDENT(2));
    putchar('\n');
}

int command_validate(const struct arguments *arguments)
{
    struct session session;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    int code = validate(&session, arguments->positionals[0]);
    session_close(&session);
    return code;
}

static int plan(struct session *session, const char *blueprint)
{
    char *inputs;
    if (!session_inputs(session, &inputs))
        return EXIT_FAILED;
    const char *bound = session->arguments->input_count ? inputs : NULL;
    bool valid = false;
    char *result = cloudify_plan(session->cloudify, blueprint, bound, &valid, &session->err);
    free(inputs);
    int code = session_print(session, result, valid ? show_indented : show_diagnostics);
    return valid ? code : EXIT_FAILED;
}

int command_plan(const struct arguments *arguments)
{
    struct session session;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    int code = plan(&session, arguments->positionals[0]);
    session_close(&session);
    return code;
}

/* Open, ask with `ask`, print as JSON or with `show`, close. */
static int query(const struct arguments *arguments,
                 char *(*ask)(struct cloudify *, const char *, struct cloudify_error *),
                 void (*show)(const json_t *))
{
    struct session session;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    const char *id = arguments->positional_count ? arguments->positionals[0] : NULL;
    int code = session_print(&session, ask(session.cloudify, id, &session.err), show);
    session_close(&session);
    return code;
}

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

int command_deployments_list(const struct arguments *arguments)
{
    return query(arguments, ask_deployments, show_deployments);
}

int command_deployments_get(const struct arguments *arguments)
{
    return query(arguments, cloudify_deployment, print_record);
}

int command_node_instances(const struct arguments *arguments)
{
    return query(arguments, cloudify_node_instances, show_instances);
}

int command_outputs(const struct arguments *arguments)
{
    return query(arguments, cloudify_outputs, print_record);
}

int command_capabilities(const struct arguments *arguments)
{
    return query(arguments, cloudify_capabilities, print_record);
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
