/* children.c - see children.h: a table of slots in shared memory, claimed by compare-and-swap. */
#include "dispatch/children.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/process_stat.h"

enum { SLOT_FREE = 0, SLOT_CLAIMED = -1 };

/*
 * The number of a group stays taken while the group has members; once it has none, the kernel may
 * give it to a stranger, whom the start time tells apart.
 */
struct slot {
    _Atomic int32_t group;         /* or SLOT_FREE, SLOT_CLAIMED */
    _Atomic uint64_t leader_start; /* ticks since boot, or 0: not known */
    _Atomic int32_t owner;
};

enum { BOOT_ID_SIZE = 37, WORKER_END_MS = 10000 };

struct table {
    char boot_id[BOOT_ID_SIZE];    /* pids mean something only until the next boot */
    _Atomic int32_t worker;        /* 0: not known */
    _Atomic uint64_t worker_start; /* ticks since boot */
    _Atomic int32_t ending; /* set before the groups are killed; checked after one is added */
    struct slot slots[CHILDREN_LIMIT];
};

/* Shared with children that have forked; replaced once, at the start of a worker. */
static struct table *_Atomic current;
static _Atomic int32_t current_owner;
static _Atomic uint32_t ever;

static struct table *table_map(int memory)
{
    int flags = memory < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED;
    void *mapped = mmap(NULL, sizeof(struct table), PROT_READ | PROT_WRITE, flags, memory, 0);
    return mapped == MAP_FAILED ? NULL : mapped;
}

/* The table, made at first use; NULL when out of memory. */
static struct table *table_get(void)
{
    struct table *table = atomic_load(&current);
    if (table)
        return table;
    struct table *made = table_map(-1);
    if (made && !atomic_compare_exchange_strong(&current, &table, made)) {
        munmap(made, sizeof *made);
        return table;
    }
    return made;
}

/* When `pid` started, in ticks since boot; 0 if there is no such process. */
static uint64_t start_time(pid_t pid)
{
    struct process_stat stat;
    return process_stat_read(pid, &stat) ? stat.start_ticks : 0;
}

static bool slot_is_gone(int32_t group)
{
    return group > 0 && kill(-group, 0) != 0 && errno == ESRCH;
}

static struct slot *claim(struct table *table)
{
    for (int sweep = 0; sweep < 2; sweep++) {
        for (size_t i = 0; i < CHILDREN_LIMIT; i++) {
            int32_t group = atomic_load(&table->slots[i].group);
            if (group != SLOT_FREE && !(sweep && slot_is_gone(group)))
                continue;
            if (atomic_compare_exchange_strong(&table->slots[i].group, &group, SLOT_CLAIMED))
                return &table->slots[i];
        }
    }
    return NULL;
}

static struct slot *find(struct table *table, pid_t group)
{
    for (size_t i = 0; i < CHILDREN_LIMIT; i++) {
        if (atomic_load(&table->slots[i].group) == group)
            return &table->slots[i];
    }
    return NULL;
}

/* Parent and child may have added the group at the same time: keep the first slot. */
static void drop_doubles(struct table *table, int32_t group)
{
    bool kept = false;
    for (size_t i = 0; i < CHILDREN_LIMIT; i++) {
        int32_t found = group;
        if (atomic_load(&table->slots[i].group) != group)
            continue;
        if (kept)
            atomic_compare_exchange_strong(&table->slots[i].group, &found, SLOT_FREE);
        kept = true;
    }
}

static bool table_add(struct table *table, pid_t group)
{
    if (!table)
        return false;
    if (!find(table, group)) {
        struct slot *slot = claim(table);
        if (!slot)
            return false;
        atomic_store(&slot->leader_start, start_time(group));
        atomic_store(&slot->owner, atomic_load(&current_owner));
        atomic_store(&slot->group, group);
        drop_doubles(table, group);
    }
    return !atomic_load(&table->ending);
}

/* Whether the leader of `group`, if it is there, is the one that was listed. */
static bool is_no_stranger(struct slot *slot, pid_t group)
{
    uint64_t known = atomic_load(&slot->leader_start), now = start_time(group);
    return !known || !now || known == now;
}

enum { EVERYBODY = -1 };

static size_t table_signal(struct table *table, int owner, int signal)
{
    size_t existing = 0;
    for (size_t i = 0; i < CHILDREN_LIMIT; i++) {
        int32_t group = atomic_load(&table->slots[i].group);
        if (group <= 1 || (owner != EVERYBODY && atomic_load(&table->slots[i].owner) != owner))
            continue;
        if (is_no_stranger(&table->slots[i], group))
            existing += kill(-group, signal) == 0;
    }
    return existing;
}

static bool has_slot(struct table *table, pid_t group)
{
    struct slot *slot = group > 1 ? find(table, group) : NULL;
    return slot && is_no_stranger(slot, group);
}

/* Zombies of a dead parent wait for init, which may take its time: no signal tells them from the
 * living. */
static bool table_is_alive(struct table *table)
{
    DIR *processes = opendir("/proc");
    const struct dirent *entry;
    bool alive = false;
    while (processes && !alive && (entry = readdir(processes))) {
        struct process_stat stat;
        alive = process_stat_read(atoi(entry->d_name), &stat) && process_stat_is_alive(&stat) &&
                has_slot(table, stat.group);
    }
    if (processes)
        closedir(processes);
    return alive;
}

static void table_end(struct table *table)
{
    atomic_store(&table->ending, 1);
    table_signal(table, EVERYBODY, SIGKILL);
}

void children_begin(int owner)
{
    atomic_store(&current_owner, owner);
}

bool children_join(void)
{
    return setpgid(0, 0) == 0 && table_add(table_get(), getpid());
}

bool children_add(pid_t group)
{
    /* Fails with EACCES once the child has called exec, which then has done it itself. */
    setpgid(group, group);
    atomic_fetch_add(&ever, 1);
    return table_add(table_get(), group);
}

uint32_t children_ever(void)
{
    return atomic_load(&ever);
}

int children_owner(pid_t group)
{
    struct table *table = atomic_load(&current);
    struct slot *slot = table ? find(table, group) : NULL;
    return slot ? atomic_load(&slot->owner) : -1;
}

void children_remove(pid_t group)
{
    struct table *table = atomic_load(&current);
    struct slot *slot = table ? find(table, group) : NULL;
    if (slot)
        atomic_store(&slot->group, SLOT_FREE);
}

void children_forget(int owner)
{
    struct table *table = children_ever() ? table_get() : NULL;
    for (size_t i = 0; table && i < CHILDREN_LIMIT; i++) {
        int32_t group = atomic_load(&table->slots[i].group);
        if (group > 0 && atomic_load(&table->slots[i].owner) == owner)
            atomic_compare_exchange_strong(&table->slots[i].group, &group, SLOT_FREE);
    }
}

size_t children_signal(int owner, int signal)
{
    struct table *table = children_ever() ? atomic_load(&current) : NULL;
    return table ? table_signal(table, owner, signal) : 0;
}

void children_end(void)
{
    struct table *table = atomic_load(&current);
    if (table)
        table_end(table);
}

bool children_are_ending(void)
{
    struct table *table = atomic_load(&current);
    return table && atomic_load(&table->ending);
}

/* The id of this boot of the machine, or "" if it cannot be read. */
static void read_boot_id(char id[static BOOT_ID_SIZE])
{
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, id, BOOT_ID_SIZE - 1);
    if (fd >= 0)
        close(fd);
    id[length > 0 ? length : 0] = '\0';
}

int children_memory_new(const char *path, struct error *err)
{
    char boot_id[BOOT_ID_SIZE] = "";
    int memory = path ? open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
                      : memfd_create("cloudify-children", MFD_CLOEXEC);
    read_boot_id(boot_id);
    if (memory >= 0 && ftruncate(memory, sizeof(struct table)) == 0 &&
        pwrite(memory, boot_id, sizeof boot_id, offsetof(struct table, boot_id)) == sizeof boot_id)
        return memory;
    error_set(err, ERROR_IO, "cannot share memory with a worker: %s", strerror(errno));
    if (memory >= 0)
        close(memory);
    return -1;
}

/*
 * The worker's plugins can reach the memory by its descriptor. The engine maps it nowhere: a map of
 * what somebody has cut short kills who reads it.
 */
static void memory_put(int memory, size_t offset, const void *value, size_t size)
{
    /* What cannot be put is read as what was not listed. */
    ssize_t ignored = pwrite(memory, value, size, (off_t)offset);
    (void)ignored;
}

/* What the memory holds now, new; NULL: not all of it is there, or out of memory. */
static struct table *memory_read(int memory)
{
    struct table *table = malloc(sizeof *table);
    if (table && pread(memory, table, sizeof *table, 0) == sizeof *table)
        return table;
    free(table);
    return NULL;
}

/* End what is listed and what joins from now on. */
static void memory_signal(int memory, int signal)
{
    const int32_t ending = 1;
    memory_put(memory, offsetof(struct table, ending), &ending, sizeof ending);
    struct table *table = memory_read(memory);
    if (table)
        table_signal(table, EVERYBODY, signal);
    free(table);
}

void children_memory_set_worker(int memory, pid_t worker)
{
    const uint64_t start = start_time(worker);
    const int32_t number = worker;
    memory_put(memory, offsetof(struct table, worker_start), &start, sizeof start);
    memory_put(memory, offsetof(struct table, worker), &number, sizeof number);
}

/* Kill the worker, unless its number belongs to a stranger by now, and wait until it is gone. */
static bool end_worker(const struct table *table, struct error *err)
{
    pid_t worker = atomic_load(&table->worker);
    int pidfd = worker > 0 ? pidfd_open(worker, 0) : -1;
    if (pidfd < 0)
        return true;
    bool ended = true;
    if (start_time(worker) == atomic_load(&table->worker_start)) {
        struct pollfd end = {.fd = pidfd, .events = POLLIN};
        pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
        ended = poll(&end, 1, WORKER_END_MS) == 1;
    }
    close(pidfd);
    return ended || error_set(err, ERROR_IO,
                              "worker %d of an engine that is dead cannot be ended: it may still "
                              "be at work",
                              (int)worker);
}

bool children_memory_end_left(const char *path, struct error *err)
{
    char boot_id[BOOT_ID_SIZE] = "";
    int memory = open(path, O_RDWR | O_CLOEXEC);
    if (memory < 0)
        return error_set(err, ERROR_IO, "cannot read '%s': %s", path, strerror(errno));
    read_boot_id(boot_id);
    /* One that was still being made has no worker yet. */
    struct table *table = memory_read(memory);
    bool ok = true;
    if (table && !memcmp(table->boot_id, boot_id, sizeof boot_id)) {
        ok = end_worker(table, err);
        memory_signal(memory, SIGKILL);
    }
    free(table);
    close(memory);
    return ok;
}

void children_memory_terminate(int memory)
{
    memory_signal(memory, SIGTERM);
}

bool children_memory_are_alive(int memory)
{
    struct table *table = memory_read(memory);
    bool alive = table && table_signal(table, EVERYBODY, 0) && table_is_alive(table);
    free(table);
    return alive;
}

void children_memory_end(int memory)
{
    memory_signal(memory, SIGKILL);
}

static void on_fork(void)
{
    atomic_fetch_add(&ever, 1);
}

bool children_share(int memory)
{
    pthread_atfork(NULL, on_fork, NULL);
    struct table *table = table_map(memory);
    if (table)
        atomic_store(&current, table);
    return table;
}
