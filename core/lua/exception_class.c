/* exception_class.c - see exception_class.h. */
#include "lua/exception_class.h"

#include <string.h>

const struct exception_class exception_classes[] = {
    {"NonRecoverableError", NULL, "message", NULL},
    {"RecoverableError", NULL, "message retry_after causes", NULL},
    {"OperationRetry", "RecoverableError", "message retry_after causes", NULL},
    {"CloudifySerializationRetry", "RecoverableError", "message retry_after causes", NULL},
    {"HttpException", "NonRecoverableError", "url code message causes",
     "{code} ({url}) : {message}"},
    {"ProcessKillCancelled", "NonRecoverableError", "message", NULL},
    {"RuntimeError", NULL, "message", NULL},
    {"CommandExecutionError", "RuntimeError", "command error",
     "command '{command}' could not start: {error}"},
    {"CommandExecutionException", NULL, "command error output code",
     "command '{command}' ended with code {code}{, stdout: |output}{, stderr: |error}"},
    {"TimeoutException", NULL, "message", NULL},
    {"ClosedAMQPClientException", NULL, "message", NULL},
    {"PluginInstallationError", NULL, "message", NULL},
    {"StopAgent", NULL, "message", NULL},
    {"WorkflowFailed", "RuntimeError", "message", NULL},
    {"InvalidBlueprintImport", "RuntimeError", "message", NULL},
    {"NotInContext", "RuntimeError", "message", NULL},
    {"ExecutionCancelled", NULL, "message", NULL},
    {"ScriptException", NULL, "message retry", NULL},
    {"RequestError", "RuntimeError", "ex_message ex_type ex_traceback", "{ex_type}: {ex_message}"},
    {"ProcessException", NULL, "command exit_code stdout stderr",
     "command '{command}' ended with code {exit_code}{, stdout: |stdout}{, stderr: |stderr}"},
    {"StorageConflictError", NULL, "message", NULL},
};

const size_t exception_class_count = sizeof exception_classes / sizeof *exception_classes;

const struct exception_class *exception_class_find(const char *name)
{
    for (size_t i = 0; i < exception_class_count; i++)
        if (strcmp(exception_classes[i].name, name) == 0)
            return &exception_classes[i];
    return NULL;
}

bool exception_class_is(const struct exception_class *class, const char *name)
{
    for (; class; class = class->parent ? exception_class_find(class->parent) : NULL)
        if (strcmp(class->name, name) == 0)
            return true;
    return false;
}

const char *exception_class_known(const struct exception_class *class)
{
    static const char *const known[] = {"HttpException", "NonRecoverableError", "OperationRetry",
                                        "StopAgent", "WorkflowFailed"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (exception_class_is(class, known[i]))
            return known[i];
    return "RecoverableError";
}

bool exception_class_is_recoverable(const struct exception_class *class)
{
    const char *known = exception_class_known(class);
    return strcmp(known, "RecoverableError") == 0 || strcmp(known, "OperationRetry") == 0;
}
