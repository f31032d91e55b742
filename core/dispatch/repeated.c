/* repeated.c - see repeated.h. */
#include "dispatch/repeated.h"

#include "base/json.h"

static const char *const names[REPEATED_COUNT] = {"context", "plugin", "resources", "workdir"};

bool repeated_leave_out(struct repeated *repeated, json_t *request, struct error *err)
{
    for (size_t i = 0; i < REPEATED_COUNT; i++) {
        json_t *value = json_object_get(request, names[i]), **last = &repeated->members[i];
        if (value && value == *last) {
            json_object_del(request, names[i]);
            continue;
        }
        /* Nothing would be taken for what was left out. */
        if (!value && json_object_set_new_nocheck(request, names[i], json_null()))
            return error_nomem(err);
        json_hold(last, value);
    }
    return true;
}

bool repeated_put_back(struct repeated *repeated, json_t *request, struct error *err)
{
    for (size_t i = 0; i < REPEATED_COUNT; i++) {
        json_t *value = json_object_get(request, names[i]), **last = &repeated->members[i];
        if (value)
            json_hold(last, value);
        else if (*last && json_object_set_nocheck(request, names[i], *last))
            return error_nomem(err);
    }
    return true;
}

void repeated_forget(struct repeated *repeated)
{
    for (size_t i = 0; i < REPEATED_COUNT; i++)
        json_decref(repeated->members[i]);
    *repeated = (struct repeated){0};
}
