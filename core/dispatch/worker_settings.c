/* worker_settings.c - see worker_settings.h. */
#include "dispatch/worker_settings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

static const char memory_option[] = "--memory=";
static const char address_space_option[] = "--address-space=";

/* ---- the environment ---- */

static bool is_named(const char *variable, const char *name)
{
    size_t length = strlen(name);
    return !strncmp(variable, name, length) && variable[length] == '=';
}

static bool is_among(const char *variable, const char *const *names)
{
    for (; names && *names; names++) {
        if (is_named(variable, *names))
            return true;
    }
    return false;
}

/* What programs count on to find others, their user, and how to speak. */
static bool is_basic(const char *variable)
{
    static const char *const names[] = {"PATH", "HOME",   "USER", "LOGNAME", "SHELL",
                                        "LANG", "TMPDIR", "TZ",   NULL};
    return is_among(variable, names) || !strncmp(variable, "LC_", 3);
}

/* CFY_EXEC_TEMP is for operations: the folder for their temporary files. */
static bool is_internal(const char *variable)
{
    return !strncmp(variable, "CFY_", 4) && !is_named(variable, "CFY_EXEC_TEMP");
}

/* Workers take them out of their environment themselves. */
static bool is_for_workers(const char *variable)
{
    return is_named(variable, "CFY_TRACE") || is_named(variable, "CFY_COVERAGE");
}

static bool is_handed_on(const struct worker_settings *settings, const char *variable)
{
    if (is_among(variable, settings->passed) || is_for_workers(variable))
        return true;
    return settings->clean_environment ? is_basic(variable) : !is_internal(variable);
}

static char **environment_new(const struct worker_settings *settings)
{
    size_t count = 0, kept = 0;
    while (environ[count])
        count++;
    char **list = calloc(count + 1, sizeof *list);
    for (size_t i = 0; list && i < count; i++) {
        if (is_handed_on(settings, environ[i]))
            list[kept++] = environ[i];
    }
    return list;
}

/* ---- the command line ---- */

bool worker_setup_init(struct worker_setup *setup, const struct worker_settings *settings,
                       const char *path, struct error *err)
{
    size_t count = 0;
    setup->arguments = calloc(4, sizeof *setup->arguments);
    setup->environment = environment_new(settings);
    if (!setup->arguments || !setup->environment) {
        worker_setup_release(setup);
        return error_nomem(err);
    }
    setup->arguments[count++] = (char *)path;
    if (settings->memory) {
        snprintf(setup->texts[0], sizeof setup->texts[0], "%s%" PRIu64, memory_option,
                 settings->memory);
        setup->arguments[count++] = setup->texts[0];
    }
    if (settings->address_space) {
        snprintf(setup->texts[1], sizeof setup->texts[1], "%s%" PRIu64, address_space_option,
                 settings->address_space);
        setup->arguments[count] = setup->texts[1];
    }
    return true;
}

void worker_setup_release(struct worker_setup *setup)
{
    free(setup->arguments);
    free(setup->environment);
    setup->arguments = setup->environment = NULL;
}

/* Whether `argument` is `option` with a number above 0, which is stored. */
static bool parse(const char *argument, const char *option, uint64_t *number)
{
    size_t length = strlen(option);
    if (strncmp(argument, option, length) != 0)
        return false;
    char *end;
    errno = 0;
    *number = strtoull(argument + length, &end, 10);
    return end != argument + length && !*end && !errno && *number;
}

bool worker_settings_parse(struct worker_settings *settings, char *const *arguments,
                           struct error *err)
{
    for (; *arguments; arguments++) {
        if (!parse(*arguments, memory_option, &settings->memory) &&
            !parse(*arguments, address_space_option, &settings->address_space))
            return error_set(err, ERROR_INVALID, "unknown argument '%s'", *arguments);
    }
    return true;
}
