/* secret_commands.c - the commands that keep, show and forget secrets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/print.h"
#include "cli/secret_value.h"
#include "cli/session.h"

enum { SHORTEST_MASKED = 4 }; /* as cloudify.h says */

static const struct command *find(const char *name)
{
    const struct command *command = commands;
    while (strcmp(command->name, name) != 0)
        command++;
    return command;
}

static const char *key_of(const json_t *secret)
{
    return json_string_value(json_object_get(secret, "key"));
}

static void show_created(const json_t *secret)
{
    printf("Secret '%s' is kept.\n", key_of(secret));
}

static void show_updated(const json_t *secret)
{
    printf("Secret '%s' is changed.\n", key_of(secret));
}

static int write_secret(const struct arguments *arguments, const char *name,
                        enum cloudify_secret_change change, void (*show)(const json_t *))
{
    int code;
    struct session session;
    const char *key = arguments->positionals[0];
    char *value = secret_value(find(name), arguments, &code);
    if (!value)
        return code;
    bool is_short = strlen(value) < SHORTEST_MASKED;
    code = EXIT_FAILED;
    if (session_open(&session, arguments)) {
        char *secret = cloudify_secret_write(session.cloudify, key, value, change, &session.err);
        code = session_print(&session, secret, show);
        session_close(&session);
    }
    secret_value_free(value);
    if (code == EXIT_OK && is_short)
        fprintf(stderr,
                "cfy: warning: the value of '%s' is too short to be masked in logs: it has fewer "
                "than %d characters\n",
                key, SHORTEST_MASKED);
    return code;
}

int command_secrets_create(const struct arguments *arguments)
{
    return write_secret(arguments, "secrets create",
                        arguments->update_if_exists ? CLOUDIFY_SECRET_PUT : CLOUDIFY_SECRET_CREATE,
                        show_created);
}

int command_secrets_update(const struct arguments *arguments)
{
    return write_secret(arguments, "secrets update", CLOUDIFY_SECRET_UPDATE, show_updated);
}

static void show_value(const json_t *secret)
{
    const char *value = json_string_value(json_object_get(secret, "value"));
    fputs(value, stdout);
    if (value[strlen(value) - 1] != '\n')
        putchar('\n');
}

int command_secrets_get(const struct arguments *arguments)
{
    return session_ask(arguments, cloudify_secret, show_value);
}

static void show_secrets(const json_t *rows)
{
    static const struct column columns[] = {
        {"key", "key"}, {"created", "created_at"}, {"updated", "updated_at"}, {0}};
    print_table(columns, rows, "secrets");
}

int command_secrets_list(const struct arguments *arguments)
{
    struct session session;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    int code =
        session_print(&session, cloudify_secrets(session.cloudify, &session.err), show_secrets);
    session_close(&session);
    return code;
}

static void show_deleted(const json_t *deleted)
{
    const json_t *deployments = json_object_get(deleted, "deployments");
    size_t count = json_array_size(deployments);
    printf("Secret '%s' is deleted.\n", key_of(deleted));
    if (!count)
        return;
    fprintf(stderr, "cfy: warning: deployment%s", count > 1 ? "s" : "");
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "%s '%s'", i ? "," : "", json_string_value(json_array_get(deployments, i)));
    fputs(count > 1 ? " ask for it\n" : " asks for it\n", stderr);
}

int command_secrets_delete(const struct arguments *arguments)
{
    return session_ask(arguments, cloudify_secret_delete, show_deleted);
}

static void show_rotated(const json_t *result)
{
    json_int_t count = json_integer_value(json_object_get(result, "secrets"));
    const char *path = json_string_value(json_object_get(result, "secret_key"));
    printf("%" JSON_INTEGER_FORMAT " secret%s %s now encrypted with the key '%s'.\n", count,
           count == 1 ? "" : "s", count == 1 ? "is" : "are", path);
    printf("Name it with --secret-key or $CFY_SECRET_KEY, or move it to the place of the old one "
           "once no other store needs that.\n");
}

int command_secrets_rotate_key(const struct arguments *arguments)
{
    struct session session;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    int code = session_print(
        &session,
        cloudify_secrets_rotate(session.cloudify, arguments->positionals[0], &session.err),
        show_rotated);
    session_close(&session);
    return code;
}
