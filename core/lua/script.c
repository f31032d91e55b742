/* script.c - see script.h. */
#include "lua/script.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "dispatch/output.h"
#include "lua/process.h"

/* How often the files are looked at, ms: more and more seldom while nothing is written. */
enum { SHORTEST_PAUSE = 5, LONGEST_PAUSE = 100 };

enum { STREAMS = 2 };

struct script {
    pid_t pid; /* of the leader of its group */
    int pidfd;
    bool ended;
    int status;
    bool read_all;            /* of what it has written itself */
    off_t end_sizes[STREAMS]; /* of the files when it ended */
    struct script_proxy *proxy;
    struct output outputs[STREAMS]; /* without path: none of ours */
    json_t *lines[STREAMS];         /* read and not given yet, from `given` on */
    size_t given[STREAMS];
    double interval, silent_since;
    int pause; /* ms */
};

/* ---- the files ---- */

static void keep_line(void *data, json_t *line)
{
    json_array_append(data, line);
}

static void read_outputs(struct script *script, bool last)
{
    for (int i = 0; i < STREAMS; i++)
        output_read(&script->outputs[i], last, keep_line, script->lines[i]);
}

/* What others write from now on does not count. */
static void note_sizes(struct script *script)
{
    struct stat status;
    for (int i = 0; i < STREAMS; i++)
        if (script->outputs[i].path && stat(script->outputs[i].path, &status) == 0)
            script->end_sizes[i] = status.st_size;
}

/* One call reads so much at most, and the lines are given before the next. */
static void read_to_end(struct script *script)
{
    const off_t before[STREAMS] = {script->outputs[0].place, script->outputs[1].place};
    read_outputs(script, false);
    for (int i = 0; i < STREAMS; i++) {
        off_t place = script->outputs[i].place;
        if (place > before[i] && place < script->end_sizes[i])
            return;
    }
    read_outputs(script, true);
    script->read_all = true;
}

/* The next line of a stream, or NULL once all of them are given. */
static const json_t *take_line(struct script *script, int stream)
{
    if (script->given[stream] < json_array_size(script->lines[stream]))
        return json_array_get(script->lines[stream], script->given[stream]++);
    json_array_clear(script->lines[stream]);
    script->given[stream] = 0;
    return NULL;
}

static int open_file(const char *path, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        error_set(err, ERROR_IO, "cannot open '%s': %s", path, strerror(errno));
    return fd;
}

/* ---- start ---- */

static bool prepare(struct script *script, const struct script_options *options, struct error *err)
{
    bool shared = options->output && options->error && !strcmp(options->output, options->error);
    const char *paths[STREAMS] = {options->output, shared ? NULL : options->error};
    bool ok = true;
    for (int i = 0; i < STREAMS; i++) {
        script->lines[i] = json_array();
        ok = output_init(&script->outputs[i], paths[i], NULL) && script->lines[i] && ok;
    }
    return ok || error_nomem(err);
}

static bool start(struct script *script, const struct script_options *options, struct error *err)
{
    int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int files[STREAMS] = {-1, -1};
    bool ok = true;
    if (options->output)
        ok = (files[0] = open_file(options->output, err)) >= 0;
    if (ok && options->error)
        ok = (files[1] = open_file(options->error, err)) >= 0;
    const struct process_start process = {options->program,
                                          options->arguments,
                                          options->environment,
                                          options->directory,
                                          input,
                                          files[0],
                                          files[1]};
    script->pid = ok ? process_start(&process, err) : -1;
    for (int i = 0; i < STREAMS; i++) {
        if (files[i] >= 0)
            close(files[i]);
    }
    if (input >= 0)
        close(input);
    if (script->pid < 0)
        return false;
    script->pidfd = pidfd_open(script->pid, 0);
    return script->pidfd >= 0 ||
           error_set(err, ERROR_IO, "the script cannot be watched: %s", strerror(errno));
}

struct script *script_start(const struct script_options *options, struct script_proxy *proxy,
                            struct error *err)
{
    struct script *script = calloc(1, sizeof *script);
    if (!script) {
        error_nomem(err);
        return NULL;
    }
    *script = (struct script){.pid = -1,
                              .pidfd = -1,
                              .proxy = proxy,
                              .interval = options->interval,
                              .silent_since = clock_monotonic(),
                              .pause = SHORTEST_PAUSE};
    if (prepare(script, options, err) && start(script, options, err))
        return script;
    script_free(script);
    return NULL;
}

/* ---- what happens ---- */

/* Until then nothing has to be looked at, ms; -1: until something happens. */
static int time_left(const struct script *script)
{
    double left = (script->silent_since + script->interval - clock_monotonic()) * 1000;
    int most = script->interval > 0 ? (left < 0 ? 0 : (int)left + 1) : -1;
    bool watched = script->outputs[0].path || script->outputs[1].path;
    return watched && (most < 0 || script->pause < most) ? script->pause : most;
}

static bool wait_for_something(struct script *script, struct error *err)
{
    struct pollfd fds[1 + SCRIPT_PROXY_FDS] = {{script->pidfd, POLLIN, 0}};
    size_t count = 1;
    if (script->proxy)
        count += script_proxy_poll(script->proxy, fds + 1);
    int ready = poll(fds, count, time_left(script));
    if (ready < 0 && errno != EINTR)
        return error_set(err, ERROR_IO, "cannot wait for the script: %s", strerror(errno));
    script->pause = ready                               ? SHORTEST_PAUSE
                    : script->pause * 2 < LONGEST_PAUSE ? script->pause * 2
                                                        : LONGEST_PAUSE;
    if (script->proxy)
        script_proxy_attend(script->proxy);
    return true;
}

/* What is there already, or SCRIPT_FAILED: nothing. */
static enum script_event take_next(struct script *script, const json_t **line)
{
    for (int i = 0; i < STREAMS; i++) {
        *line = take_line(script, i);
        if (*line) {
            script->pause = SHORTEST_PAUSE;
            return i == 0 ? SCRIPT_OUTPUT : SCRIPT_ERROR;
        }
    }
    return SCRIPT_FAILED;
}

/* Whether it has ended is asked first: then the files have all that it has written. */
static enum script_event look(struct script *script, const json_t **line)
{
    bool asks = script->proxy && script_proxy_request(script->proxy);
    if (!script->ended && process_poll(script->pid, &script->status)) {
        script->ended = true;
        note_sizes(script);
    }
    if (!script->ended)
        read_outputs(script, false);
    else if (!script->read_all)
        read_to_end(script);
    enum script_event event = take_next(script, line);
    if (event != SCRIPT_FAILED)
        return event;
    return asks ? SCRIPT_REQUEST : script->read_all ? SCRIPT_ENDED : SCRIPT_FAILED;
}

enum script_event script_next(struct script *script, const json_t **line, struct error *err)
{
    enum script_event event = take_next(script, line);
    while (event == SCRIPT_FAILED) {
        event = look(script, line);
        if (event != SCRIPT_FAILED)
            break;
        if (script->interval > 0 && clock_monotonic() - script->silent_since >= script->interval) {
            event = SCRIPT_RUNS;
            break;
        }
        if (!script->ended && !wait_for_something(script, err))
            return SCRIPT_FAILED;
    }
    script->silent_since = clock_monotonic();
    return event;
}

pid_t script_pid(const struct script *script)
{
    return script->pid;
}

int script_status(const struct script *script)
{
    return script->status;
}

/* ---- the end ---- */

/* What stays behind in its group may still write to the files. */
static bool group_lives(const struct script *script)
{
    return script->pid > 0 && kill(-script->pid, 0) == 0;
}

void script_free(struct script *script)
{
    if (!script)
        return;
    if (script->pid > 0 && !script->ended) {
        kill(-script->pid, SIGKILL);
        process_wait(script->pid);
    }
    if (script->pidfd >= 0)
        close(script->pidfd);
    for (int i = 0; i < STREAMS; i++) {
        if (script->outputs[i].path && !group_lives(script))
            unlink(script->outputs[i].path);
        output_release(&script->outputs[i]);
        json_decref(script->lines[i]);
    }
    free(script);
}
