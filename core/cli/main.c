/* main.c - cfy: finds the command that was asked for and runs it. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

const struct command commands[] = {
    {"install", "BLUEPRINT", "Create a deployment from a blueprint and install it.", 1, 1,
     OPTIONS_EXECUTION | OPTION_DEPLOYMENT | OPTIONS_BLUEPRINT | OPTION_PROVIDER_CONTEXT,
     command_install,
     "An id in use starts anew after an uninstall. While a deployment is installed, or its "
     "install\n"
     "has failed or was interrupted, the id is refused."},
    {"uninstall", "DEPLOYMENT", "Uninstall a deployment; its record and history stay.", 1, 1,
     OPTIONS_EXECUTION | OPTION_PARAMETER | OPTION_IGNORE_FAILURE | OPTION_DRY_RUN | OPTION_QUEUE,
     command_uninstall, "'cfy deployments delete' forgets it altogether."},
    {"validate", "BLUEPRINT", "Check a blueprint and print every error found.", 1, 1,
     OPTIONS_BLUEPRINT | OPTION_VALIDATION, command_validate,
     "Each error tells file, line and column, and what was probably meant. With -i the inputs are\n"
     "checked too. Warnings of --strict do not make a blueprint invalid."},
    {"plan", "BLUEPRINT", "Print the plan of a blueprint as JSON.", 1, 1, OPTIONS_BLUEPRINT,
     command_plan,
     "With -i it is the plan of a deployment: inputs bound, functions evaluated as far as they "
     "can\n"
     "be, node instances made."},
    {"graph", "BLUEPRINT", "Print the nodes of a blueprint and how they depend on each other.", 1,
     1, OPTIONS_BLUEPRINT | OPTION_DOT, command_graph,
     "What is contained in a node stands below it; arrows are its other relationships; x3 means\n"
     "three instances. With --json it is the plan, as by 'cfy plan'."},
    {"diff", "BEFORE AFTER", "Print what makes one blueprint into another.", 2, 2,
     OPTIONS_BLUEPRINT, command_diff,
     "The steps of an update of a deployment, in order: - removes, + adds, ~ changes. With -i the\n"
     "deployments with these inputs are compared."},
    {"schema", "", "Print a JSON Schema of the blueprint language, for editors.", 0, 0,
     OPTIONS_COMMON, command_schema, NULL},
    {"deployments create", "BLUEPRINT", "Create a deployment from a blueprint, and run nothing.", 1,
     1, OPTIONS_BLUEPRINT | OPTION_DEPLOYMENT | OPTION_PROVIDER_CONTEXT, command_deployments_create,
     "The id defaults to the name of the blueprint's folder. 'cfy executions start install' "
     "installs\n"
     "it."},
    {"deployments list", "", "List the deployments.", 0, 0, OPTIONS_COMMON,
     command_deployments_list, NULL},
    {"deployments get", "DEPLOYMENT", "Show one deployment.", 1, 1, OPTIONS_COMMON,
     command_deployments_get, NULL},
    {"deployments delete", "DEPLOYMENT", "Forget a deployment that is uninstalled.", 1, 1,
     OPTIONS_COMMON | OPTION_FORCE, command_deployments_delete, NULL},
    {"plugins install", "SOURCE", "Install a plugin: a folder, an archive of one, or a rock.", 1, 1,
     OPTIONS_COMMON, command_plugins_install,
     "Name and version are those of its plugin.yaml, else of its rockspec. Other versions stay; a\n"
     "deployment keeps the one that it was created with."},
    {"plugins list", "", "List the installed plugins, broken ones too.", 0, 0, OPTIONS_COMMON,
     command_plugins_list, NULL},
    {"plugins get", "NAME [VERSION]", "Show one installed plugin.", 1, 2, OPTIONS_COMMON,
     command_plugins_get, "The newest version, if none is named."},
    {"plugins uninstall", "NAME [VERSION]", "Uninstall a plugin that no deployment uses.", 1, 2,
     OPTIONS_COMMON | OPTION_PLUGIN_FORCE, command_plugins_uninstall, NULL},
    {"plugins pack", "FOLDER", "Make one archive of a plugin and the rocks that it needs.", 1, 1,
     OPTIONS_COMMON | OPTION_OUTPUT, command_plugins_pack,
     "What its rockspec depends on is resolved by LuaRocks, bundled, and written with exact "
     "versions\n"
     "to luarocks.lock; the archive installs without network. LuaRocks is needed only where there\n"
     "are such dependencies."},
    {"plugins new", "NAME", "Begin a plugin: a project in the folder NAME that works.", 1, 1,
     OPTIONS_COMMON, command_plugins_new,
     "It has a node type, operations, tests and an example, each to be replaced. NAME has lower\n"
     "case letters, digits, '-' and '_'."},
    {"plugins test", "[FOLDER] [--timeout SECONDS] [ARG...]",
     "Run the tests of a plugin, by busted.", 0, 0, OPTION_PASSED_ON, command_plugins_test,
     "FOLDER is that of the plugin, else it is the present one. The arguments are busted's own:\n"
     "spec/one_spec.lua, -o TAP, --filter NAME; --coverage tells which lines of the plugin they\n"
     "have not run. The exit code is busted's, too. After SECONDS, or by Ctrl-C, the tests are\n"
     "ended, and the one that was running is named."},
    {"plugins check", "[FOLDER]", "Find what would go wrong later with a plugin.", 0, 1,
     OPTIONS_COMMON, command_plugins_check,
     "Functions that are missing or that nothing uses, what is not described, globals, versions\n"
     "that differ. The exit code is 1 if there is an error; warnings do not count. The modules of\n"
     "the plugin are loaded, its operations are not run."},
    {"executions list", "[DEPLOYMENT]", "List the executions, of all deployments or of one.", 0, 1,
     OPTIONS_COMMON | OPTION_DEPLOYMENT, command_executions_list,
     "The oldest comes first. The deployment can also be named by -d."},
    {"executions get", "EXECUTION", "Show one execution.", 1, 1, OPTIONS_COMMON,
     command_executions_get, NULL},
    {"executions graph", "EXECUTION", "Print the task graphs of an execution, with their states.",
     1, 1, OPTIONS_COMMON | OPTION_DOT, command_executions_graph, NULL},
    {"executions start", "WORKFLOW", "Run a workflow of a deployment (-d).", 1, 1,
     OPTIONS_EXECUTION | OPTION_DEPLOYMENT | OPTION_PARAMETER | OPTION_CUSTOM_PARAMETERS |
         OPTION_DRY_RUN | OPTION_QUEUE,
     command_executions_start,
     "A deployment runs one execution at a time. With --queue this one waits for its turn, in the\n"
     "order of starting; Ctrl-C or 'cfy executions cancel' ends the wait."},
    {"operations run", "DEPLOYMENT INSTANCE OPERATION", "Run one operation of a node instance now.",
     3, 3,
     OPTIONS_EXECUTION | OPTION_PARAMETER | OPTION_CUSTOM_PARAMETERS | OPTION_DRY_RUN |
         OPTION_QUEUE,
     command_operations_run,
     "INSTANCE is the id of a node instance, or of a node that has only one. OPERATION is its "
     "name,\n"
     "or the part behind its interface: start is that of the lifecycle. Parameters go before the\n"
     "inputs that the blueprint gives it. It is tried once: --task-retries is 0 if it is not "
     "given."},
    {"shell", "[DEPLOYMENT INSTANCE]", "Open a Lua prompt with a ctx.", 0, 2,
     OPTION_STORE | OPTION_SECRET_KEY, command_shell,
     "ctx is that of the node instance, in an operation that lasts as long as the prompt: what is\n"
     "changed is saved at its end. Without a deployment it is a mock. Ctrl-D ends, Ctrl-C "
     "interrupts."},
    {"executions cancel", "EXECUTION", "Cancel an execution that runs, waits or was left.", 1, 1,
     OPTIONS_COMMON | OPTION_CANCEL, command_executions_cancel,
     "Nothing new starts; operations that run go on to their end, and the workflow is told. In "
     "the\n"
     "terminal of the execution Ctrl-C does the same, and a second Ctrl-C kills."},
    {"executions resume", "EXECUTION", "Go on with an execution that did not complete.", 1, 1,
     OPTIONS_EXECUTION | OPTION_RESET, command_executions_resume,
     "What has succeeded is not done again. An operation that was under way is repeated if it is\n"
     "declared resumable; else it fails, unless --reset-operations is given. What has failed is\n"
     "tried afresh. One that is queued while nobody waits for it is waited for again."},
    {"events", "ID", "Show the events and logs of an execution or a deployment.", 1, 1,
     OPTIONS_COMMON | OPTION_EVENTS | OPTION_VERBOSE, command_events,
     "Times are UTC, as they are shown; 2026-11-27 or '2026-11-27 22:38' stands for all that begin "
     "so."},
    {"node-instances", "DEPLOYMENT", "List the node instances of a deployment.", 1, 1,
     OPTIONS_SECRET, command_node_instances, NULL},
    {"outputs", "DEPLOYMENT", "Show the outputs of a deployment.", 1, 1, OPTIONS_SECRET,
     command_outputs, "The values of secrets are masked."},
    {"capabilities", "DEPLOYMENT", "Show the capabilities of a deployment.", 1, 1, OPTIONS_SECRET,
     command_capabilities, "The values of secrets are masked."},
    {"secrets create", "KEY [-]", "Keep a secret, encrypted, for operations that ask for it.", 1, 2,
     OPTIONS_SECRET | OPTION_SECRET_VALUE | OPTION_SECRET_UPDATE, command_secrets_create,
     "The value is asked for, without showing it, or read from standard input with '-'. A newline\n"
     "at the end of a single line is left out. JSON is kept as it is: {get_secret: [KEY, name]}\n"
     "gives a part of it."},
    {"secrets update", "KEY [-]", "Change the value of a secret.", 1, 2,
     OPTIONS_SECRET | OPTION_SECRET_VALUE, command_secrets_update,
     "The value is given as to 'cfy secrets create'."},
    {"secrets get", "KEY", "Print the value of a secret.", 1, 1, OPTIONS_SECRET,
     command_secrets_get, "It is the one command that shows it."},
    {"secrets list", "", "List the secrets, without their values.", 0, 0, OPTIONS_COMMON,
     command_secrets_list, NULL},
    {"secrets delete", "KEY", "Forget a secret, and tell which deployments ask for it.", 1, 1,
     OPTIONS_COMMON, command_secrets_delete, NULL},
    {"secrets rotate-key", "FILE", "Encrypt all secrets with the key in another file.", 1, 1,
     OPTIONS_SECRET, command_secrets_rotate_key,
     "The file is made if it is missing; --secret-key names the present one, which stays."},
    {0},
};

static void print_overview(FILE *out)
{
    fputs("usage: cfy COMMAND [arguments] [options]\n\ncommands:\n", out);
    for (const struct command *command = commands; command->name; command++) {
        char usage[64];
        snprintf(usage, sizeof usage, "%s %s", command->name, command->operands);
        fprintf(out, "  %-31s %s\n", usage, command->summary);
    }
    fputs("\n'cfy COMMAND --help' explains one command; 'man cfy' explains them all.\n", out);
}

/* The command that the first words name; `*words` gets how many. */
static const struct command *find_command(int argc, char **argv, int *words)
{
    for (const struct command *command = commands; command->name; command++) {
        const char *second = strchr(command->name, ' ');
        size_t length = second ? (size_t)(second - command->name) : strlen(command->name);
        if (strlen(argv[0]) != length || strncmp(argv[0], command->name, length))
            continue;
        *words = second ? 2 : 1;
        if (!second || (argc > 1 && !strcmp(argv[1], second + 1)))
            return command;
    }
    return NULL;
}

/* Names like `word`, or the subcommands of `word` if it begins some. */
static int unknown_command(int argc, char **argv)
{
    const char *names[64] = {0};
    size_t count = 0, length = strlen(argv[0]);
    char wanted[256];
    bool is_group = false;
    for (const struct command *command = commands; command->name; command++) {
        names[count++] = command->name;
        is_group =
            is_group || (!strncmp(command->name, argv[0], length) && command->name[length] == ' ');
    }
    if (is_group && (argc < 2 || argv[1][0] == '-')) {
        fprintf(stderr, "cfy: '%s' needs one of:\n", argv[0]);
        for (const struct command *command = commands; command->name; command++)
            if (!strncmp(command->name, argv[0], length) && command->name[length] == ' ')
                fprintf(stderr, "  cfy %s %s\n", command->name, command->operands);
        return EXIT_USAGE;
    }
    bool two_words = argc > 1 && argv[1][0] != '-';
    snprintf(wanted, sizeof wanted, "%s %s", argv[0], two_words ? argv[1] : "");
    if (cloudify_is_workflow(argv[0]))
        return usage_error(NULL, "'%s' is a workflow: 'cfy executions start %s -d DEPLOYMENT'",
                           argv[0], argv[0]);
    const char *near = is_group ? NULL : cloudify_suggest(argv[0], names);
    if (!near && two_words)
        near = cloudify_suggest(wanted, names);
    if (near)
        return usage_error(NULL, "unknown command '%s', did you mean '%s'?",
                           is_group ? wanted : argv[0], near);
    return usage_error(NULL, "unknown command '%s'", is_group ? wanted : argv[0]);
}

int main(int argc, char **argv)
{
    /* What cfy prints may go to nobody, as in `cfy install ... | head`: the workflow goes on. */
    signal(SIGPIPE, SIG_IGN);
    /* A line at once: others may write to the same terminal or file. */
    setvbuf(stderr, NULL, _IOLBF, 0);
    cloudify_use_json_pools();
    if (argc < 2) {
        print_overview(stderr);
        return EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        print_overview(stdout);
        return EXIT_OK;
    }
    if (!strcmp(argv[1], "--version")) {
        printf("cfy %s\n", cloudify_version());
        return EXIT_OK;
    }
    int leading = arguments_leading(argc - 1, argv + 1);
    if (leading == argc - 1)
        return usage_error(NULL, "'%s' needs a command", argv[1]);
    int words;
    char **name = argv + 1 + leading;
    const struct command *command = find_command(argc - 1 - leading, name, &words);
    if (!command)
        return unknown_command(argc - 1 - leading, name);
    /* Options in front of the command are its own: `cfy --json outputs web`. */
    memmove(argv + 1 + words, argv + 1, (size_t)leading * sizeof *argv);
    struct arguments arguments;
    if (!arguments_parse(&arguments, command, argc - 1 - words, argv + 1 + words))
        return EXIT_USAGE;
    if (arguments.help) {
        command_help(command);
        return EXIT_OK;
    }
    return command->run(&arguments);
}
