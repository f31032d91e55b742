/* blueprint_commands.c - the commands that look at a blueprint and touch no store. */
#include <stdlib.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/excerpt.h"
#include "cli/graph.h"
#include "cli/print.h"
#include "cli/session.h"

static int number(const json_t *object, const char *key)
{
    return (int)json_integer_value(json_object_get(object, key));
}

/* "web.yaml:12:7: error: node 'db': ... (did you mean 'x'?)" */
static void print_diagnostic(const json_t *diagnostic, bool with_excerpt)
{
    const char *file = text_of(diagnostic, "file"), *hint = text_of(diagnostic, "hint");
    int line = number(diagnostic, "line"), column = number(diagnostic, "column");
    if (*file) /* inputs have no place in a file */
        printf("%s:%d:%d: ", file, line, column);
    printf("%s: %s", text_of(diagnostic, "severity"), text_of(diagnostic, "message"));
    if (*hint)
        printf(" (%s)", hint);
    putchar('\n');
    if (with_excerpt && *file)
        excerpt_print(file, line, column);
}

static void print_count(int count, const char *thing)
{
    printf("%d %s%s", count, thing, count == 1 ? "" : "s");
}

/* "3 errors, 1 warning", and how many of them are not shown. */
static void print_summary(const json_t *result)
{
    int errors = number(result, "errors"), warnings = number(result, "warnings");
    int shown = (int)json_array_size(json_object_get(result, "diagnostics"));
    if (json_is_true(json_object_get(result, "valid")))
        fputs(warnings ? "The blueprint is valid, with " : "The blueprint is valid.", stdout);
    else
        print_count(errors, "error");
    if (warnings && errors)
        fputs(", ", stdout);
    if (warnings)
        print_count(warnings, "warning");
    if (shown < errors + warnings)
        printf("; %d are not shown: see --max-errors", errors + warnings - shown);
    putchar('\n');
}

static void print_diagnostics(const json_t *result, bool with_excerpts)
{
    size_t index;
    const json_t *diagnostic;
    json_array_foreach(json_object_get(result, "diagnostics"), index, diagnostic)
        print_diagnostic(diagnostic, with_excerpts);
    print_summary(result);
}

/* The line that is meant is shown to people, not to programs that read file:line:column. */
static void show_diagnostics(const json_t *result)
{
    print_diagnostics(result, isatty(STDOUT_FILENO));
}

static void show_diagnostics_with_excerpts(const json_t *result)
{
    print_diagnostics(result, true);
}

static int validate(struct session *session, const char *blueprint)
{
    const struct arguments *arguments = session->arguments;
    char *inputs;
    if (!session_inputs(session, &inputs))
        return EXIT_FAILED;
    const struct cloudify_validate_options options = {
        .inputs = arguments->input_count ? inputs : NULL,
        .max_errors = arguments->max_errors,
        .strict = arguments->strict,
    };
    bool valid = false;
    char *result = cloudify_validate(session->cloudify, blueprint, &options, &valid, &session->err);
    int code = session_print(
        session, result, arguments->excerpts ? show_diagnostics_with_excerpts : show_diagnostics);
    free(inputs);
    return valid ? code : EXIT_FAILED;
}

static void show_indented(const json_t *value)
{
    json_dumpf(value, stdout, JSON_INDENT(2));
    putchar('\n');
}

/* Print the plan of a blueprint, or of a deployment where there are inputs, by `show`. */
static int show_plan(struct session *session, const char *blueprint,
                     void (*show)(const json_t *plan))
{
    char *inputs;
    if (!session_inputs(session, &inputs))
        return EXIT_FAILED;
    const char *bound = session->arguments->input_count ? inputs : NULL;
    bool valid = false;
    char *result = cloudify_plan(session->cloudify, blueprint, bound, &valid, &session->err);
    free(inputs);
    int code = session_print(session, result, valid ? show : show_diagnostics);
    return valid ? code : EXIT_FAILED;
}

static int plan(struct session *session, const char *blueprint)
{
    return show_plan(session, blueprint, show_indented);
}

static int graph(struct session *session, const char *blueprint)
{
    return show_plan(session, blueprint, session->arguments->dot ? graph_print_dot : graph_print);
}

/* "~ property nodes.web.properties.port" */
static void print_step(const json_t *step)
{
    const char *action = text_of(step, "action");
    const json_t *id = json_object_get(step, "entity_id"), *part;
    size_t i;
    printf("%c %s ",
           *action == 'a'   ? '+'
           : *action == 'r' ? '-'
                            : '~',
           text_of(step, "entity_type"));
    json_array_foreach(id, i, part)
    {
        if (json_is_string(part))
            printf("%s%s", i ? "." : "", json_string_value(part));
        else
            printf("[%d]", (int)json_integer_value(part));
    }
    puts(json_is_false(json_object_get(step, "supported")) ? "  (an update cannot do this)" : "");
}

static void show_steps(const json_t *result)
{
    const json_t *steps = json_object_get(result, "steps"), *step;
    size_t i;
    json_array_foreach(steps, i, step) print_step(step);
    if (!json_array_size(steps))
        puts("There is no difference.");
}

static int diff(struct session *session, const char *before)
{
    const struct arguments *arguments = session->arguments;
    char *inputs;
    if (!session_inputs(session, &inputs))
        return EXIT_FAILED;
    bool valid = false;
    char *result = cloudify_diff(session->cloudify, before, arguments->positionals[1],
                                 arguments->input_count ? inputs : NULL, &valid, &session->err);
    free(inputs);
    int code = session_print(session, result, valid ? show_steps : show_diagnostics);
    return valid ? code : EXIT_FAILED;
}

static int schema(struct session *session, const char *unused)
{
    (void)unused;
    return session_print(session, cloudify_schema(&session->err), show_indented);
}

static int run(const struct arguments *arguments,
               int (*command)(struct session *session, const char *blueprint))
{
    struct session session;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    int code = command(&session, arguments->positionals[0]);
    session_close(&session);
    return code;
}

int command_validate(const struct arguments *arguments)
{
    return run(arguments, validate);
}

int command_plan(const struct arguments *arguments)
{
    return run(arguments, plan);
}

int command_graph(const struct arguments *arguments)
{
    return run(arguments, graph);
}

int command_diff(const struct arguments *arguments)
{
    return run(arguments, diff);
}

int command_schema(const struct arguments *arguments)
{
    return run(arguments, schema);
}
