/* plan.c - read, plan and lay out a blueprint in this process, and print, as one line of JSON,
 * what that took: user time, time by the clock, and the peak of the process's memory.
 */
#include <sys/resource.h>

#include "deployment/deployment.h"
#include "dsl/blueprint.h"
#include "process.h"

struct times {
    double user_ms, wall_ms;
};

static struct times now(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (struct times){
        .user_ms = (double)usage.ru_utime.tv_sec * 1e3 + (double)usage.ru_utime.tv_usec / 1e3,
        .wall_ms = now_ms(),
    };
}

static bool measure(const char *path, struct diagnostics *out)
{
    struct times begun = now();
    struct plan *plan = blueprint_parse(path, NULL, out);
    struct instance_set *instances = NULL;
    if (plan && plan_prepare(plan, NULL, NULL, out))
        instances = instances_create(plan, out);
    struct times ended = now();
    if (instances)
        printf("{\"nodes\": %zu, \"instances\": %zu, \"user_ms\": %.2f, \"wall_ms\": %.2f,"
               " \"max_rss_kb\": %ld}\n",
               plan->node_count, instances->count, ended.user_ms - begun.user_ms,
               ended.wall_ms - begun.wall_ms, process_kb(getpid(), "VmHWM"));
    bool ok = instances;
    instances_free(instances);
    plan_free(plan);
    return ok;
}

int main(int argc, char **argv)
{
    struct diagnostics diagnostics = {0};
    struct error err = {0};
    if (argc != 2) {
        fputs("usage: plan BLUEPRINT\n", stderr);
        return 2;
    }
    bool ok = measure(argv[1], &diagnostics);
    if (!ok) {
        diagnostics_to_error(&diagnostics, NULL, &err);
        fprintf(stderr, "plan: %s\n", err.text);
    }
    diagnostics_release(&diagnostics);
    return ok ? 0 : 1;
}
