/* queue.h - executions that wait for their deployment, and whose turn it is (runtime.md 11.10).
 *
 * A process that waits for an execution has a place in the queue: locks of the open file
 * description on bytes of a file of the deployment. They are gone with the process, however it
 * ended, so it is known at any time for which executions somebody waits, and who is next need not
 * be told. The place is kept until the execution has ended.
 */
#ifndef CLOUDIFY_STORAGE_QUEUE_H
#define CLOUDIFY_STORAGE_QUEUE_H

#include "storage/storage.h"

struct queue_place;

/**
 * Add an execution, status queued, with this process as the one that waits for it. To be called
 * inside of a transaction. One whose options have `force` stands before those that have not.
 *
 * @return a new place (queue_leave() it), or NULL with `err` set
 */
struct queue_place *queue_join(struct deployment_store *ds, const struct execution_record *record,
                               struct error *err);
/**
 * The same for an execution that is queued already, at its old place.
 *
 * @return as queue_join(); also ERROR_BUSY (a process waits for it), ERROR_STATE (it is not queued)
 */
struct queue_place *queue_rejoin(struct deployment_store *ds, const char *id, struct error *err);
/**
 * Begin to wait until all before it have ended and the lock of the deployment is free.
 *
 * @param descriptor becomes readable when the wait is over: then queue_take_turn(); borrowed
 */
bool queue_wait(struct queue_place *place, const struct deployment_store *ds, int *descriptor,
                struct error *err);
/**
 * Make `ds`, opened with STORE_REQUEST, the holder of the lock, as if opened with STORE_WRITE.
 *
 * @return false with `err` set: ERROR_NOT_FOUND (the deployment was removed meanwhile)
 */
bool queue_take_turn(struct queue_place *place, struct deployment_store *ds, struct error *err);
/** Stop waiting and give up the place. NULL is allowed. */
void queue_leave(struct queue_place *place);

#endif
