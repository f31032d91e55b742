/* command.c - see command.h. */
#include "lua/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "lua/process.h"

/* Between SIGTERM and SIGKILL of a command that takes too long, seconds. */
static const double TERM_GRACE = 1.0;

/* Our ends of its pipes, and the descriptor that is readable once it has ended. */
enum { INPUT, OUTPUT, ERROR, END, WATCHED };

struct command {
    pid_t pid; /* 0: waited for */
    int fds[WATCHED];
    struct strbuf output[3]; /* 1 and 2 used */
    const char *input;
    size_t input_left;
    double deadline; /* of clock_monotonic(), or 0 */
    bool timed_out;
    int status;
    /* The rest only on a loop. */
    uv_poll_t polls[WATCHED];
    uv_timer_t timer;
    int open_handles;
    bool freed;
    void (*on_end)(void *data);
    void *data;
};

static void release(struct command *command)
{
    for (int i = 0; i < 3; i++)
        strbuf_release(&command->output[i]);
    free(command);
}

static void on_closed(uv_handle_t *handle)
{
    struct command *command = handle->data;
    if (--command->open_handles == 0 && command->freed)
        release(command);
}

/* A handle must be closed before its descriptor: as it is, libuv takes the number out of epoll, and
 * afterwards that may be the number of what another command has opened. */
static void stop_polling(struct command *command, int which)
{
    uv_handle_t *poll = (uv_handle_t *)&command->polls[which];
    if (command->polls[which].data && !uv_is_closing(poll))
        uv_close(poll, on_closed);
}

static void close_fd(struct command *command, int which)
{
    stop_polling(command, which);
    if (command->fds[which] >= 0)
        close(command->fds[which]);
    command->fds[which] = -1;
}

static bool open_pipes(struct command *command, int theirs[3])
{
    for (int i = INPUT; i <= ERROR; i++) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC))
            return false;
        command->fds[i] = ends[i == INPUT ? 1 : 0];
        theirs[i] = ends[i == INPUT ? 0 : 1];
        fcntl(command->fds[i], F_SETFL, O_NONBLOCK);
    }
    return true;
}

static bool start(struct command *command, const struct command_options *options, struct error *err)
{
    int theirs[3] = {-1, -1, -1};
    pid_t pid = -1;
    if (open_pipes(command, theirs)) {
        struct process_start process = {
            options->program,   options->arguments, options->environment,
            options->directory, theirs[0],          theirs[1],
            theirs[2]};
        pid = process_start(&process, err);
    } else {
        error_set(err, ERROR_IO, "'%s' could not start: %s", options->program, strerror(errno));
    }
    for (int i = 0; i < 3; i++) {
        if (theirs[i] >= 0)
            close(theirs[i]);
    }
    if (pid < 0)
        return false;
    command->pid = pid;
    command->fds[END] = pidfd_open(pid, 0);
    return command->fds[END] >= 0 || error_set(err, ERROR_IO, "'%s' cannot be watched: %s",
                                               options->program, strerror(errno));
}

/* Write what the pipe takes now. */
static void feed(struct command *command)
{
    while (command->input_left) {
        ssize_t count = write(command->fds[INPUT], command->input, command->input_left);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return;
        if (count < 0)
            break;
        command->input += count;
        command->input_left -= (size_t)count;
    }
    close_fd(command, INPUT);
}

/* Read what there is; close at the end of the file. */
static void drain(struct command *command, int which)
{
    char chunk[16384];
    while (command->fds[which] >= 0) {
        ssize_t count = read(command->fds[which], chunk, sizeof chunk);
        if (count > 0)
            strbuf_add(&command->output[which], chunk, (size_t)count);
        else if (count < 0 && errno == EINTR)
            continue;
        else if (count < 0 && errno == EAGAIN)
            return;
        else
            close_fd(command, which);
    }
}

struct command *command_start(const struct command_options *options, struct error *err)
{
    struct command *command = calloc(1, sizeof *command);
    if (!command) {
        error_nomem(err);
        return NULL;
    }
    for (int i = 0; i < WATCHED; i++)
        command->fds[i] = -1;
    for (int i = 0; i < 3; i++)
        command->output[i] = (struct strbuf)STRBUF_INIT;
    command->input = options->input;
    command->input_left = options->input_length;
    if (!start(command, options, err)) {
        command_free(command);
        return NULL;
    }
    if (options->timeout > 0)
        command->deadline = clock_monotonic() + options->timeout;
    feed(command);
    return command;
}

/* The command has to end by `deadline`: what remains, ms; -1: there is none. */
static int time_left(const struct command *command)
{
    enum { LONGEST = 1000 * 1000 }; /* then it is looked at once more */
    double left = (command->deadline - clock_monotonic()) * 1000;
    if (!command->deadline)
        return -1;
    return left <= 0 ? 0 : left < LONGEST ? (int)left + 1 : LONGEST;
}

/* One that takes too long gets SIGTERM, then SIGKILL. */
static void enforce_deadline(struct command *command)
{
    if (!command->deadline || clock_monotonic() < command->deadline)
        return;
    kill(-command->pid, command->timed_out ? SIGKILL : SIGTERM);
    command->timed_out = true;
    command->deadline = clock_monotonic() + TERM_GRACE;
}

/* Take what its pipes have. @return whether the command has ended */
static bool attend(struct command *command)
{
    if (command->fds[INPUT] >= 0)
        feed(command);
    bool ended = process_poll(command->pid, &command->status);
    drain(command, OUTPUT);
    drain(command, ERROR);
    if (ended)
        command->pid = 0;
    else
        enforce_deadline(command);
    return ended;
}

void command_wait(struct command *command)
{
    do {
        struct pollfd fds[WATCHED];
        for (int i = 0; i < WATCHED; i++)
            fds[i] = (struct pollfd){command->fds[i], i == INPUT ? POLLOUT : POLLIN, 0};
        poll(fds, WATCHED, time_left(command));
    } while (!attend(command));
}

int command_status(const struct command *command)
{
    return command->status;
}

bool command_timed_out(const struct command *command)
{
    return command->timed_out;
}

const struct strbuf *command_output(const struct command *command, int which)
{
    return &command->output[which];
}

/* ---- on a loop ---- */

static void close_handles(struct command *command)
{
    for (int i = 0; i < WATCHED; i++)
        stop_polling(command, i);
    if (command->timer.data && !uv_is_closing((uv_handle_t *)&command->timer))
        uv_close((uv_handle_t *)&command->timer, on_closed);
}

static void on_time(uv_timer_t *timer);

static void step(struct command *command)
{
    if (attend(command)) {
        close_handles(command);
        command->on_end(command->data);
    } else if (command->deadline) {
        uv_update_time(command->timer.loop);
        uv_timer_start(&command->timer, on_time, (uint64_t)time_left(command), 0);
    }
}

static void on_time(uv_timer_t *timer)
{
    step(timer->data);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    (void)status, (void)events;
    step(poll->data);
}

bool command_watch(struct command *command, uv_loop_t *loop, void (*on_end)(void *data), void *data,
                   struct error *err)
{
    command->on_end = on_end;
    command->data = data;
    int failed = 0;
    for (int i = 0; i < WATCHED && !failed; i++) {
        uv_poll_t *poll = &command->polls[i];
        if (command->fds[i] < 0)
            continue;
        failed = uv_poll_init(loop, poll, command->fds[i]);
        if (failed)
            break;
        poll->data = command;
        command->open_handles++;
        failed = uv_poll_start(poll, i == INPUT ? UV_WRITABLE : UV_READABLE, on_ready);
    }
    if (failed)
        return error_set(err, ERROR_IO, "cannot watch a command: %s", uv_strerror(failed));
    uv_timer_init(loop, &command->timer);
    command->timer.data = command;
    command->open_handles++;
    if (command->deadline)
        uv_timer_start(&command->timer, on_time, (uint64_t)time_left(command), 0);
    return true;
}

void command_free(struct command *command)
{
    if (!command)
        return;
    close_handles(command);
    for (int i = 0; i < WATCHED; i++)
        close_fd(command, i);
    if (command->pid > 0) {
        kill(-command->pid, SIGKILL);
        process_wait(command->pid);
        command->pid = 0;
    }
    command->freed = true;
    if (command->open_handles == 0)
        release(command);
}
