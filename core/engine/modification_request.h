/* modification_request.h - the changes that a workflow asks for, as deployment/ wants them. */
#ifndef CLOUDIFY_ENGINE_MODIFICATION_REQUEST_H
#define CLOUDIFY_ENGINE_MODIFICATION_REQUEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "deployment/modification.h"

struct modification_request {
    struct instance_count_change *items;
    size_t count;
    const char **hints; /* of all items */
    size_t hint_count;
};

/**
 * Read the changes of execution_start_modification(), whose strings the request borrows.
 *
 * @param request empty; modification_request_release() it in any case
 * @return false with `err` set: ERROR_INVALID, ERROR_NOMEM
 */
bool modification_request_read(struct modification_request *request, const json_t *changes,
                               struct error *err);
void modification_request_release(struct modification_request *request);

#endif
