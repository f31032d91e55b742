/* queue.c - see queue.h. */
#include "storage/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/json.h"
#include "base/thread.h"
#include "storage/storage_internal.h"

/* Each place has two bytes of the file, which its owner locks. Others look at the first, and wait
 * for the second: they lock it for a moment when they get it, which must not look like an owner. */
static const off_t unforced = (off_t)1 << 40; /* added to the places of those without `force` */
static const off_t turns = (off_t)1 << 50;    /* from a place's first byte to its second */

struct queue_place {
    int file;
    off_t position;
    int event;         /* written to when the wait is over, or -1 */
    struct lock *lock; /* of the deployment; taken once the wait is over without an error */
    pthread_t thread;
    bool waits; /* the thread is to be joined */
    struct error error;
};

static struct flock bytes(short type, off_t start, off_t length)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = length};
}

static off_t position_of(json_int_t number, const json_t *options)
{
    return (off_t)number + (json_boolean_at(options, "force", false) ? 0 : unforced);
}

/* Whether somebody else owns one of the places. */
static bool is_owned(int file, off_t start, off_t length)
{
    struct flock request = bytes(F_WRLCK, start, length);
    return fcntl(file, F_OFD_GETLK, &request) == 0 && request.l_type != F_UNLCK;
}

bool queue_is_waited_for(const struct deployment_store *ds, json_int_t number,
                         const json_t *options)
{
    int file = open(ds->queue_path, O_RDONLY | O_CLOEXEC);
    bool owned = file >= 0 && is_owned(file, position_of(number, options), 1);
    if (file >= 0)
        close(file);
    return owned;
}

/* ---- places ---- */

static bool own(struct queue_place *place, const char *id, struct error *err)
{
    struct flock request = bytes(F_WRLCK, place->position, 1);
    if (fcntl(place->file, F_OFD_SETLK, &request) == 0) {
        if (lock_request(place->file, bytes(F_WRLCK, turns + place->position, 1)))
            return true;
    } else if (errno == EAGAIN || errno == EACCES) {
        return error_set(err, ERROR_BUSY, "execution '%s' is queued, and a process waits for it",
                         id);
    }
    return error_set(err, ERROR_STORAGE, "cannot lock the queue of execution '%s': %s", id,
                     strerror(errno));
}

static struct queue_place *place_new(const struct deployment_store *ds, off_t position,
                                     const char *id, struct error *err)
{
    struct queue_place *place = calloc(1, sizeof *place);
    if (!place) {
        error_nomem(err);
        return NULL;
    }
    place->position = position;
    place->event = -1;
    place->file = open(ds->queue_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (place->file < 0)
        error_set(err, ERROR_STORAGE,
                  "cannot write '%s': %s: make it writable or use another store", ds->queue_path,
                  strerror(errno));
    else if (own(place, id, err))
        return place;
    queue_leave(place);
    return NULL;
}

static bool mark_queued(struct deployment_store *ds, const char *id, struct error *err)
{
    struct process_identity self = process_identity_self();
    return database_run(ds->state, err,
                        "UPDATE executions SET status = 'queued', engine_pid = ?,"
                        " engine_start = ? WHERE id = ?",
                        "iit", (json_int_t)self.pid, (json_int_t)self.start_ticks, id);
}

struct queue_place *queue_join(struct deployment_store *ds, const struct execution_record *record,
                               struct error *err)
{
    if (!execution_add(ds, record, err) || !mark_queued(ds, record->id, err))
        return NULL;
    json_int_t number = database_number(ds->state, "SELECT max(number) FROM executions", 0, err);
    if (err->code)
        return NULL;
    return place_new(ds, position_of(number, record->options), record->id, err);
}

struct queue_place *queue_rejoin(struct deployment_store *ds, const char *id, struct error *err)
{
    sqlite3_stmt *query = database_query(
        ds->state, err, "SELECT number, options FROM executions WHERE id = ? AND status = 'queued'",
        "t", id);
    if (!query || !database_next(ds->state, query, err)) {
        error_set(err, ERROR_STATE, "execution '%s' is not queued any more", id);
        return NULL;
    }
    json_t *options = column_json(ds->state, query, 1, err);
    off_t position = position_of(column_integer(query, 0), options);
    database_finish(query);
    struct queue_place *place = options ? place_new(ds, position, id, err) : NULL;
    json_decref(options);
    if (place && mark_queued(ds, id, err))
        return place;
    queue_leave(place);
    return NULL;
}

void queue_leave(struct queue_place *place)
{
    if (!place)
        return;
    if (place->waits) {
        pthread_cancel(place->thread);
        pthread_join(place->thread, NULL);
    }
    lock_release(place->lock);
    if (place->event >= 0)
        close(place->event);
    if (place->file >= 0)
        lock_close(place->file);
    free(place);
}

/* ---- waiting ---- */

MAY_BE_CANCELLED static bool wait_for_those_before(struct queue_place *place)
{
    if (!lock_request(place->file, bytes(F_RDLCK, turns, place->position)))
        return error_set(&place->error, ERROR_STORAGE, "cannot wait in the queue: %s",
                         strerror(errno));
    struct flock release = bytes(F_UNLCK, turns, place->position);
    fcntl(place->file, F_OFD_SETLK, &release);
    return true;
}

/* Somebody may come before it while it waits: an older execution is waited for again, or a forced
 * one is new. */
MAY_BE_CANCELLED static void *wait_for_turn(void *data)
{
    struct queue_place *place = data;
    uint64_t one = 1;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
    while (wait_for_those_before(place) && lock_wait(place->lock, &place->error) &&
           is_owned(place->file, 0, place->position))
        lock_give_back(place->lock);
    ssize_t written = write(place->event, &one, sizeof one);
    (void)written; /* a new counter takes it */
    return NULL;
}

static int start_thread(struct queue_place *place)
{
    int code = thread_start(&place->thread, wait_for_turn, place);
    place->waits = !code;
    return code;
}

bool queue_wait(struct queue_place *place, const struct deployment_store *ds, int *descriptor,
                struct error *err)
{
    place->lock = lock_new(ds->lock_path, err);
    if (!place->lock)
        return false;
    place->event = eventfd(0, EFD_CLOEXEC);
    int code = place->event < 0 ? errno : start_thread(place);
    if (code)
        return error_set(err, ERROR_IO, "cannot wait in the queue: %s", strerror(code));
    *descriptor = place->event;
    return true;
}

bool queue_take_turn(struct queue_place *place, struct deployment_store *ds, struct error *err)
{
    pthread_join(place->thread, NULL);
    place->waits = false;
    if (place->error.code)
        return error_set(err, place->error.code, "%s", place->error.text);
    ds->lock = place->lock;
    place->lock = NULL;
    return deployment_store_reload(ds, err);
}
