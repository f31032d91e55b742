/* storage_internal.h - what the files of storage/ share. */
#ifndef CLOUDIFY_STORAGE_INTERNAL_H
#define CLOUDIFY_STORAGE_INTERNAL_H

#include <fcntl.h>

#include "base/map.h"
#include "storage/sqlite.h"
#include "storage/storage.h"

struct store {
    char *directory;   /* absolute, without symbolic links */
    char *deployments; /* the directory below it */
    bool is_transient; /* see store_open_transient() */
    struct database *catalog;
};

struct deployment_store {
    char *id;
    char *directory;
    char *workdir;
    char *lock_path;
    char *queue_path; /* see queue.h */
    char *blueprint_id;
    char *resources;
    struct lock *lock; /* NULL: open for reading */
    struct database *state;
    struct map changes; /* of instances by id, see instance_changes.c */
    bool is_transient;  /* as its store */
};

/** The name of the network file system with the statfs type `type`, or NULL. */
const char *network_file_system(long type);
/** Whether `id` can name a deployment and its directory; else ERROR_INVALID. */
bool deployment_id_check(const char *id, struct error *err);
/**
 * Wait for the lock under which deployments are made and removed, which takes longer than a
 * database may be locked. New, or NULL with `err` set.
 */
struct lock *store_lock(const struct store *store, struct error *err);
/** Remove what below deployments/ is in no catalog; under the lock of the store. */
bool store_clean(struct store *store, struct error *err);
/** Make the files and directories below and at `path` durable. */
bool tree_sync(const char *path, struct error *err);

/* A function in which a thread may be cancelled. AddressSanitizer does not learn that its frame is
 * gone then, and would take what comes to stand there for an error. */
#define MAY_BE_CANCELLED __attribute__((no_sanitize("address")))

/** Wait for a lock of the open file description; see lock_wait(). @return false with errno set */
bool lock_request(int fd, struct flock request);
/** Give back all locks of the open file description and close `fd`. */
void lock_close(int fd);
/** Whether somebody waits for the queued execution in row `number`, which has these options. */
bool queue_is_waited_for(const struct deployment_store *ds, json_int_t number,
                         const json_t *options);
/** Learn anew what of the deployment may have changed since it was opened. */
bool deployment_store_reload(struct deployment_store *ds, struct error *err);

/** Write the changes of instances that wait, before others look at the table or the commit. */
bool instance_changes_write(struct deployment_store *ds, struct error *err);
/** They are undone. */
void instance_changes_forget(struct deployment_store *ds);

/** Write the row of the deployment, its nodes and its instances; inside of a transaction. */
bool state_write(struct database *state, const struct deployment_record *record,
                 const char *blueprint_directory, struct error *err);
/** Write one instance of the set, or one of a scaling group, to that place in the order. */
bool state_write_instance(struct database *state, const struct instance_set *set, size_t instance,
                          json_int_t position, struct error *err);
bool state_write_group(struct database *state, const struct instance_set *set, size_t group,
                       json_int_t position, struct error *err);
/** Inside of a transaction: no modification is under way any more. */
bool modifications_abandon(struct database *state, struct error *err);
bool execution_insert(struct database *state, const struct execution_record *record,
                      const char *blueprint_id, struct error *err);

#endif
