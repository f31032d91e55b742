/* shell_command.c - the command that opens a Lua prompt. */
#include "cli/command.h"
#include "cli/session.h"

int command_shell(const struct arguments *arguments)
{
    struct session session;
    if (arguments->positional_count == 1)
        return usage_error(NULL,
                           "shell: name a node instance, too: 'cfy node-instances %s' lists "
                           "them",
                           arguments->positionals[0]);
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    const char *const *names = arguments->positionals;
    int code;
    if (!cloudify_shell(session.cloudify, names[0], names[1], &code, &session.err))
        code = session_failed(&session);
    session_close(&session);
    return code;
}
