/* session.c - see session.h. */
#include "cli/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/print.h"

bool session_show(void *data, const char *record)
{
    (void)data;
    puts(record);
    fflush(stdout);
    /* A closed pipe, as in `cfy events ID | head`, ends it; puts() may have met it already. */
    return !ferror(stdout);
}

static void show_event(void *data, const char *record)
{
    (void)data;
    puts(record);
}

static void flush_events(void *data)
{
    (void)data;
    fflush(stdout);
}

static enum cloudify_event_form event_form(const struct arguments *arguments)
{
    if (arguments->json)
        return CLOUDIFY_EVENTS_JSON;
    return arguments->verbose ? CLOUDIFY_EVENTS_DEBUG_TEXT : CLOUDIFY_EVENTS_TEXT;
}

static bool read_provider_context(struct session *session)
{
    const char *source = session->arguments->provider_context;
    if (source)
        session->provider_context = cloudify_read_inputs(source, &session->err);
    return !source || session->provider_context;
}

/* A folder that is not there would be passed over in silence: that of a plugin need not be. */
static bool has_plugin_directories(const struct arguments *arguments)
{
    struct stat status;
    for (size_t i = 0; i < arguments->plugin_directory_count; i++) {
        const char *directory = arguments->plugin_directories[i];
        if (stat(directory, &status) || !S_ISDIR(status.st_mode)) {
            fprintf(stderr, "cfy: --plugins: there is no directory '%s'\n", directory);
            return false;
        }
    }
    return true;
}

bool session_open(struct session *session, const struct arguments *arguments)
{
    *session = (struct session){.arguments = arguments};
    if (!has_plugin_directories(arguments))
        return false;
    if (!read_provider_context(session)) {
        session_failed(session);
        return false;
    }
    struct cloudify_options options = {
        .store = arguments->store,
        .secret_key = arguments->secret_key,
        .plugin_directories = arguments->plugin_directories,
        .import_rules = arguments->import_rules,
        .import_rules_only = arguments->import_rules_only,
        .blueprint_file = arguments->blueprint_file,
        .provider_context = session->provider_context,
        .on_event = show_event,
        .on_events_end = flush_events,
        .event_form = event_form(arguments),
        .handle_signals = true,
    };
    session->cloudify = cloudify_open(&options, &session->err);
    if (session->cloudify)
        return true;
    session_failed(session);
    session_close(session);
    return false;
}

void session_close(struct session *session)
{
    cloudify_close(session->cloudify);
    cloudify_free(session->provider_context);
}

/* The first place in a plugin or a workflow that the traceback names, "web/tasks.lua:12": `length`
 * bytes; NULL: none. */
static const char *find_place(const char *traceback, size_t *length)
{
    static const char *const ours[] = {"[C]", "(...", "cloudify/"};
    for (const char *line = strstr(traceback, "\n\t"); line; line = strstr(line, "\n\t")) {
        line += 2;
        const char *end = strstr(line, ": in ");
        bool skip = !end;
        for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
            skip = skip || !strncmp(line, ours[i], strlen(ours[i]));
        if (!skip && end < line + strcspn(line, "\n")) {
            *length = (size_t)(end - line);
            return line;
        }
    }
    return NULL;
}

static bool is_cut(size_t length)
{
    return length + sizeof "\xf0\x9f\x98" >= sizeof((struct cloudify_error *)0)->text;
}

static bool contains(const char *text, const char *end, const char *part, size_t length)
{
    for (; text + length <= end; text++) {
        if (!strncmp(text, part, length))
            return true;
    }
    return false;
}

/* The text of an error is only so long: one that may have been cut ends with its last whole line.
 */
static size_t whole_length(const char *text)
{
    size_t length = strlen(text);
    const char *last = strrchr(text, '\n');
    return last && is_cut(length) ? (size_t)(last - text) : length;
}

/* The place stands for the traceback, which the event of the failure has shown already. */
static void print_message(const char *text)
{
    const char *traceback = strstr(text, "\nTraceback");
    if (!traceback)
        traceback = strstr(text, "\nstack traceback");
    const char *end = traceback ? traceback : text + whole_length(text);
    size_t length;
    const char *place = traceback ? find_place(traceback, &length) : NULL;
    fputs("cfy: ", stderr);
    for (const char *c = text; c < end; c++)
        fputs(*c == '\n' ? "\n     " : (char[]){*c, '\0'}, stderr);
    if (!traceback && *end)
        fputs("\n     ...", stderr);
    if (place && !contains(text, end, place, length))
        fprintf(stderr, ", raised at %.*s", (int)length, place);
    fputc('\n', stderr);
}

/* Whether an execution is one that 'cfy executions resume' goes on with. */
static bool can_resume(const json_t *execution)
{
    static const char *const open[] = {"failed", "cancelled", "interrupted"};
    const char *status = text_of(execution, "status_display");
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        if (!strcmp(status, open[i]))
            return true;
    }
    return false;
}

/* What can be done about an execution that has not succeeded. */
static void advise(struct session *session)
{
    const char *id = session->err.execution;
    struct cloudify_error ignored = {0};
    if (!*id || session->arguments->execution.dry_run)
        return;
    json_t *execution = session_parse(cloudify_execution(session->cloudify, id, &ignored));
    const char *deployment = text_of(execution, "deployment_id");
    if (is_cut(strlen(session->err.text)))
        fprintf(stderr, "cfy: the whole error: 'cfy executions get %s'\n", id);
    if (can_resume(execution))
        fprintf(stderr, "cfy: to go on from there: 'cfy executions resume %s'\n", id);
    if (session->err.code == CLOUDIFY_FAILED &&
        !strcmp(text_of(execution, "workflow_id"), "install"))
        fprintf(stderr,
                "cfy: a deployment keeps its blueprint and plugins as they were: after a change of "
                "them, 'cfy uninstall %s' and install it again\n",
                deployment);
    json_decref(execution);
}

int session_failed(struct session *session)
{
    if (session->arguments->json) {
        json_t *error = json_pack("{s:{s:i,s:s}}", "error", "code", (int)session->err.code,
                                  "message", session->err.text);
        json_dumpf(error, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(error);
    }
    fflush(stdout); /* what happened before is told before, also where both go to one file */
    print_message(session->err.text);
    advise(session);
    return EXIT_FAILED;
}

json_t *session_parse(char *text)
{
    json_t *value = text ? json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL) : NULL;
    cloudify_free(text);
    return value;
}

int session_print(struct session *session, char *text, void (*show)(const json_t *value))
{
    if (!text)
        return session_failed(session);
    if (session->arguments->json) {
        puts(text);
        cloudify_free(text);
        return EXIT_OK;
    }
    json_t *value = session_parse(text);
    show(value);
    json_decref(value);
    return EXIT_OK;
}

int session_ask(const struct arguments *arguments,
                char *(*ask)(struct cloudify *c, const char *what, struct cloudify_error *err),
                void (*show)(const json_t *answer))
{
    struct session session;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    const char *what =
        arguments->positional_count ? arguments->positionals[0] : arguments->deployment;
    int code = session_print(&session, ask(session.cloudify, what, &session.err), show);
    session_close(&session);
    return code;
}

bool session_inputs(struct session *session, char **inputs)
{
    json_t *merged = json_object();
    for (size_t i = 0; merged && i < session->arguments->input_count; i++) {
        json_t *part =
            session_parse(cloudify_read_inputs(session->arguments->inputs[i], &session->err));
        if (!part) {
            json_decref(merged);
            session_failed(session);
            return false;
        }
        json_object_update(merged, part);
        json_decref(part);
    }
    *inputs = merged ? print_json(merged, JSON_COMPACT) : NULL;
    json_decref(merged);
    if (*inputs)
        return true;
    session->err = (struct cloudify_error){CLOUDIFY_NOMEM, .text = "out of memory"};
    session_failed(session);
    return false;
}
