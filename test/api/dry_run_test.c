/* dry_run_test.c - an install cannot be a dry run: its deployment would be real. */
#include <string.h>

#include "../check.h"
#include "include/cloudify.h"

static const char BLUEPRINT[] = "plugins/webserver/blueprint/blueprint.yaml";

int main(void)
{
    static const char *const plugins[] = {"plugins", NULL};
    const struct cloudify_options options = {.store = "build/test/no-store",
                                             .plugin_directories = plugins};
    const struct cloudify_install_options install = {.execution.dry_run = true};
    struct cloudify_error err = {0};
    struct cloudify *c = cloudify_open(&options, &err);
    if (!CHECK(c, "the runtime opens: %s", err.text))
        return checks_done();

    char *execution = cloudify_install(c, BLUEPRINT, &install, &err);
    CHECK(!execution && err.code == CLOUDIFY_UNSUPPORTED && strstr(err.text, "dry run"),
          "install refuses a dry run: %s", err.text);
    char *deployments = cloudify_deployments(c, &err);
    CHECK(deployments && !strstr(deployments, "id"), "no deployment is left: %s", deployments);

    cloudify_free(deployments);
    cloudify_free(execution);
    cloudify_close(c);
    return checks_done();
}
