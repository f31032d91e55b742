/* task_document.h - a task as it is stored with its graph, and the task again (runtime.md 6.9). */
#ifndef CLOUDIFY_ENGINE_TASK_DOCUMENT_H
#define CLOUDIFY_ENGINE_TASK_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "engine/task.h"

struct execution;

/**
 * Append a task as it is stored, as JSON.
 *
 * @param before the task whose document stands before it in the same part of the graph, or NULL:
 *        what it has in common with that is left out
 * @param stored number of the last task that is stored already: which of those must wait for this
 *        one is written with it
 * @return false with `err` set: ERROR_UNSUPPORTED (a handler that is no named function),
 *         ERROR_NOMEM
 */
bool task_document_write(struct strbuf *out, struct execution *execution, const struct task *task,
                         const struct task *before, uint32_t stored, struct error *err);
/** Give each of the documents of a part what was left out of it. @return false: out of memory */
bool task_documents_complete(json_t *part);
/** The task again, outside of the graph; or NULL with `err` set: ERROR_STORAGE, ERROR_STATE. */
struct task *task_from_document(struct execution *execution, const json_t *document,
                                struct error *err);

#endif
