/* command_test.c - commands on one loop: each is seen to its end, whatever the others close. */
#include "lua/command.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../check.h"

enum { COMMANDS = 4, PATIENCE = 10 * 1000 /* ms */ };

/* Ends once its FIFO is opened for writing and closed. */
struct watched {
    struct command *command;
    char fifo[64];
    bool ended;
};

static uv_loop_t loop;
static bool is_late;

static void on_late(uv_timer_t *timer)
{
    (void)timer;
    is_late = true;
}

static void on_end(void *data)
{
    struct watched *watched = data;
    watched->ended = true;
}

static void begin(struct watched *watched, const char *folder, int number, const char *before)
{
    char text[256];
    snprintf(watched->fifo, sizeof watched->fifo, "%s/%d", folder, number);
    snprintf(text, sizeof text, "%s cat %s", before, watched->fifo);
    char *arguments[] = {"sh", "-c", text, NULL};
    const struct command_options options = {.program = "sh", .arguments = arguments};
    struct error err = {0};
    bool ok = mkfifo(watched->fifo, 0600) == 0;
    watched->ended = false;
    watched->command = command_start(&options, &err);
    ok = ok && watched->command && command_watch(watched->command, &loop, on_end, watched, &err);
    CHECK(ok, "a command starts: %s", err.text);
}

static void count_active(uv_handle_t *handle, void *data)
{
    int *count = data;
    *count += handle->type == UV_POLL && uv_is_active(handle);
}

/* How many descriptors the loop looks at. */
static int descriptors(void)
{
    int count = 0;
    uv_walk(&loop, count_active, &count);
    return count;
}

static void let_end(struct watched *watched)
{
    close(open(watched->fifo, O_WRONLY));
    while (!watched->ended && !is_late)
        uv_run(&loop, UV_RUN_ONCE);
    CHECK(watched->ended, "the end of the command with %s is seen", watched->fifo);
}

/* A descriptor that was watched may have the number of one that another command has closed. */
static void check_numbers(const char *folder)
{
    struct watched watched[COMMANDS];
    begin(&watched[0], folder, 0, "exec >/dev/null 2>&1;");
    while (descriptors() > 1 && !is_late)
        uv_run(&loop, UV_RUN_ONCE);
    CHECK(!is_late, "closed outputs are seen");
    for (int i = 1; i < COMMANDS; i++)
        begin(&watched[i], folder, i, "exec >/dev/null 2>&1;");
    while (descriptors() > COMMANDS && !is_late)
        uv_run(&loop, UV_RUN_ONCE);
    for (int i = 0; i < COMMANDS; i++) {
        let_end(&watched[i]);
        command_free(watched[i].command);
        unlink(watched[i].fifo);
    }
}

int main(void)
{
    char folder[] = "/tmp/command-test-XXXXXX";
    if (!mkdtemp(folder) || uv_loop_init(&loop))
        return 1;
    uv_timer_t late;
    uv_timer_init(&loop, &late);
    uv_timer_start(&late, on_late, PATIENCE, 0);
    check_numbers(folder);
    uv_close((uv_handle_t *)&late, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    CHECK(uv_loop_close(&loop) == 0, "the loop is empty");
    rmdir(folder);
    return checks_done();
}
