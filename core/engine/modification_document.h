/* modification_document.h - a modification as it is stored, and views read from that. */
#ifndef CLOUDIFY_ENGINE_MODIFICATION_DOCUMENT_H
#define CLOUDIFY_ENGINE_MODIFICATION_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "deployment/modification.h"

/* The instances that come, or those that go, and the ones related to them. */
struct modification_view {
    const char *what; /* "added", "removed" */
    struct change_list list;
};

/**
 * What comes and goes, and the instances and groups that it concerns.
 *
 * @param changes as asked for: execution_start_modification()
 * @return new, or NULL when out of memory
 */
json_t *modification_document(const struct modification *modification, const json_t *changes);

/** Fill `view`, empty but for `what`, from a document; who has left `set` since is left out.
 *  @return false with `err` set: ERROR_NOMEM, ERROR_STORAGE (it is damaged);
 *          modification_view_release() it all the same */
bool modification_view_read(struct modification_view *view, const struct instance_set *set,
                            const json_t *document, struct error *err);
void modification_view_release(struct modification_view *view);
/** What the view says of an instance; NULL: the view does not have it. */
const struct changed_instance *modification_view_find(const struct modification_view *view,
                                                      size_t instance);

#endif
