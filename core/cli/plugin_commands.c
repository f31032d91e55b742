/* plugin_commands.c - the commands that install, show, take away and pack plugins. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/print.h"
#include "cli/session.h"

/* What its rockspec names and it does not bring along has to be where Lua finds it. */
static void print_missing(const json_t *plugin)
{
    const json_t *bundled = json_object_get(plugin, "bundled"), *dependency;
    size_t i;
    if (json_object_size(bundled))
        return;
    json_array_foreach(json_object_get(plugin, "dependencies"), i, dependency)
        printf("It needs '%s', which is not bundled: 'cfy plugins pack' does that.\n",
               json_string_value(dependency));
}

static void show_installed(const json_t *plugin)
{
    printf("Plugin '%s' %s is installed.\n", text_of(plugin, "name"), text_of(plugin, "version"));
    print_missing(plugin);
}

int command_plugins_install(const struct arguments *arguments)
{
    return session_ask(arguments, cloudify_plugin_install, show_installed);
}

static void show_plugins(const json_t *rows)
{
    static const struct column columns[] = {
        {"name", "name"},     {"version", "version"},        {"status", "status"},
        {"reason", "reason"}, {"installed", "installed_at"}, {0},
    };
    print_table(columns, rows, "plugins");
}

int command_plugins_list(const struct arguments *arguments)
{
    struct session session;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    int code =
        session_print(&session, cloudify_plugins(session.cloudify, &session.err), show_plugins);
    session_close(&session);
    return code;
}

/* The second operand, or NULL. */
static const char *version_of(const struct arguments *arguments)
{
    return arguments->positional_count > 1 ? arguments->positionals[1] : NULL;
}

int command_plugins_get(const struct arguments *arguments)
{
    struct session session;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    char *plugin = cloudify_plugin(session.cloudify, arguments->positionals[0],
                                   version_of(arguments), &session.err);
    int code = session_print(&session, plugin, print_record);
    session_close(&session);
    return code;
}

int command_plugins_uninstall(const struct arguments *arguments)
{
    struct session session;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    const char *name = arguments->positionals[0];
    bool ok = cloudify_plugin_uninstall(session.cloudify, name, version_of(arguments),
                                        arguments->force, &session.err);
    int code = ok ? EXIT_OK : session_failed(&session);
    if (ok && !arguments->json)
        printf("Plugin '%s' is uninstalled.\n", name);
    session_close(&session);
    return code;
}

static void show_packed(const json_t *packed)
{
    const json_t *version;
    const char *rock;
    printf("Plugin '%s' %s is packed: %s\n", text_of(packed, "name"), text_of(packed, "version"),
           text_of(packed, "file"));
    json_object_foreach(json_object_get(packed, "bundled"), rock, version)
        printf("It brings along '%s' %s.\n", rock, json_string_value(version));
}

int command_plugins_pack(const struct arguments *arguments)
{
    struct session session;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    char *packed = cloudify_plugin_pack(session.cloudify, arguments->positionals[0],
                                        arguments->output, &session.err);
    int code = session_print(&session, packed, show_packed);
    session_close(&session);
    return code;
}
