/* plugin_kit_commands.c - the commands for those who write plugins: begin one, test it, check it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/print.h"
#include "cli/session.h"

static void show_new(const json_t *project)
{
    const char *folder = text_of(project, "folder");
    printf("Plugin '%s' is begun, in the folder '%s'. Next:\n"
           "  cd %s\n"
           "  cfy plugins test     run its tests\n"
           "  cfy plugins check    find what would go wrong later\n"
           "README.md there tells what the files are.\n",
           text_of(project, "name"), folder, folder);
}

int command_plugins_new(const struct arguments *arguments)
{
    return session_ask(arguments, cloudify_plugin_new, show_new);
}

static bool is_directory(const char *path)
{
    struct stat info;
    return !stat(path, &info) && S_ISDIR(info.st_mode);
}

/* A first argument such as spec/ is for busted, if we stand in a plugin already. */
static bool is_plugin_folder(const char *word)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/plugin.yaml", word);
    return word[0] != '-' && is_directory(word) &&
           (access(path, F_OK) == 0 || access("plugin.yaml", F_OK) != 0);
}

/* What comes before the arguments of busted. */
struct test_request {
    const char *folder;
    double timeout; /* seconds; 0: none */
    char **words;   /* the rest, for busted */
};

/* "--timeout SECONDS" or "--timeout=SECONDS" at `words`. @return false: not a number of seconds */
static bool take_timeout(struct test_request *request)
{
    static const char option[] = "--timeout";
    const char *value = *request->words + sizeof option - 1;
    char *end;
    request->words++;
    if (*value == '=')
        value++;
    else if (*request->words)
        value = *request->words++;
    request->timeout = strtod(value, &end);
    return end != value && !*end && request->timeout > 0 && request->timeout < 1e9;
}

static bool is_timeout(const char *word)
{
    return !strcmp(word, "--timeout") || !strncmp(word, "--timeout=", strlen("--timeout="));
}

/* @return false: a usage error has been told */
static bool read_request(struct test_request *request)
{
    for (;;) {
        if (*request->words && is_timeout(*request->words)) {
            if (!take_timeout(request)) {
                usage_error(NULL, "plugins test: --timeout takes a number of seconds above 0");
                return false;
            }
        } else if (*request->words && !request->folder && is_plugin_folder(*request->words)) {
            request->folder = *request->words++;
        } else {
            return true;
        }
    }
}

int command_plugins_test(const struct arguments *arguments)
{
    struct session session;
    struct test_request request = {.words = arguments->passed_on};
    if (!read_request(&request))
        return EXIT_USAGE;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    int code;
    if (!cloudify_plugin_test(session.cloudify, request.folder ? request.folder : ".",
                              (const char *const *)request.words, request.timeout, &code,
                              &session.err)) {
        int failed = session_failed(&session);
        code = code ? code : failed;
    }
    session_close(&session);
    return code;
}

static void print_number(const json_t *number)
{
    if (json_is_integer(number))
        printf("%" JSON_INTEGER_FORMAT ":", json_integer_value(number));
}

static void print_finding(const json_t *finding)
{
    const char *file = json_string_value(json_object_get(finding, "file"));
    if (file)
        printf("%s:", file);
    print_number(json_object_get(finding, "line"));
    print_number(json_object_get(finding, "column"));
    printf("%s%s: %s\n    %s\n", file ? " " : "", text_of(finding, "severity"),
           text_of(finding, "message"), text_of(finding, "advice"));
}

static void show_findings(const json_t *findings)
{
    const json_t *finding;
    size_t i, errors = 0, count = json_array_size(findings);
    json_array_foreach(findings, i, finding)
    {
        print_finding(finding);
        errors += text_of(finding, "severity")[0] == 'e';
    }
    if (count)
        printf("%zu error%s, %zu warning%s\n", errors, errors == 1 ? "" : "s", count - errors,
               count - errors == 1 ? "" : "s");
    else
        printf("No findings.\n");
}

int command_plugins_check(const struct arguments *arguments)
{
    struct session session;
    bool valid;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    const char *folder = arguments->positional_count ? arguments->positionals[0] : ".";
    char *findings = cloudify_plugin_check(session.cloudify, folder, &valid, &session.err);
    bool checked = findings != NULL;
    int code = session_print(&session, findings, show_findings);
    session_close(&session);
    return checked && !valid ? EXIT_FAILED : code;
}
