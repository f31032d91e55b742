/* embed.c - a program that installs a blueprint, prints its outputs and uninstalls it.
 *
 *     cc examples/embed.c $(pkg-config --cflags --libs cloudify) -o embed
 *     ./embed BLUEPRINT STORE [PLUGIN-DIRECTORY]
 */
#include <cloudify.h>
#include <stdio.h>

static int fail(const struct cloudify_error *err)
{
    fprintf(stderr, "embed: %s\n", err->text);
    return 1;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("usage: embed BLUEPRINT STORE [PLUGIN-DIRECTORY]\n", stderr);
        return 2;
    }
    struct cloudify_error err = {0};
    const char *plugins[] = {argc > 3 ? argv[3] : NULL, NULL};
    struct cloudify_options options = {.store = argv[2], .plugin_directories = plugins};
    struct cloudify_install_options install = {.deployment = "embedded"};
    struct cloudify_execution_options defaults = {0};

    struct cloudify *c = cloudify_open(&options, &err);
    if (!c)
        return fail(&err);
    char *execution = cloudify_install(c, argv[1], &install, &err);
    char *outputs = execution ? cloudify_outputs(c, "embedded", &err) : NULL;
    if (outputs)
        printf("outputs: %s\n", outputs);
    cloudify_free(outputs);
    cloudify_free(execution);
    if (!err.code)
        cloudify_free(cloudify_uninstall(c, "embedded", NULL, &defaults, &err));
    cloudify_close(c);
    return err.code ? fail(&err) : 0;
}
