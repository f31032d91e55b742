/* operation_commands.c - the command that runs one operation. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/print.h"
#include "cli/session.h"

/* The last event of the operation has told what came of it. */
static void show_ran(const json_t *execution)
{
    (void)execution;
}

int command_operations_run(const struct arguments *arguments)
{
    struct session session;
    char *inputs = NULL, *execution = NULL;
    if (!session_open(&session, arguments))
        return EXIT_FAILED;
    int code = EXIT_FAILED;
    if (session_inputs(&session, &inputs)) {
        execution = cloudify_run_operation(session.cloudify, arguments->positionals[0],
                                           arguments->positionals[1], arguments->positionals[2],
                                           inputs, &arguments->execution, &session.err);
        code = session_print(&session, execution, show_ran);
    }
    free(inputs);
    session_close(&session);
    return code;
}
