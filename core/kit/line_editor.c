/* line_editor.c - see line_editor.h. */
#include "kit/line_editor.h"

#include <lauxlib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "resources/shared_library.h"

enum { HISTORY_LIMIT = 1000 };

typedef char *generate(const char *text, int state);

static struct {
    char *(*readline)(const char *prompt);
    int (*add_history)(const char *line);
    int (*read_history)(const char *file);
    int (*write_history)(const char *file);
    int (*stifle_history)(int limit);
    char **(*matches)(const char *text, generate *function);
    char **(**attempt)(const char *text, int start, int end);
    int *appended;            /* behind a completed word */
    const char **word_breaks; /* what ends a word */
} edit;

static const struct shared_symbol symbols[] = {
    {"readline", &edit.readline},
    {"add_history", &edit.add_history},
    {"read_history", &edit.read_history},
    {"write_history", &edit.write_history},
    {"stifle_history", &edit.stifle_history},
    {"rl_completion_matches", &edit.matches},
    {"rl_attempted_completion_function", &edit.attempt},
    {"rl_completion_append_character", &edit.appended},
    {"rl_completer_word_break_characters", &edit.word_breaks},
};

static struct shared_library library = {
    .name = "libedit.so.2",
    .package = "libedit2",
    .symbols = symbols,
    .symbol_count = sizeof symbols / sizeof *symbols,
};

/* ---- completion ---- */

/* The state that reads a line, with the list of candidates on top of its stack while one is
 * completed. */
static lua_State *reader;
static int completer = LUA_NOREF;

/* Called with 0, then 1, until there is none. */
static char *next_candidate(const char *text, int state)
{
    static lua_Integer i;
    (void)text;
    i = state ? i + 1 : 1;
    lua_geti(reader, -1, i);
    const char *candidate = lua_tostring(reader, -1);
    char *copy = candidate ? strdup(candidate) : NULL;
    lua_pop(reader, 1);
    return copy;
}

static char **attempt(const char *text, int start, int end)
{
    (void)start, (void)end;
    lua_rawgeti(reader, LUA_REGISTRYINDEX, completer);
    lua_pushstring(reader, text);
    char **matches = NULL;
    if (lua_pcall(reader, 1, 1, 0) == LUA_OK && lua_istable(reader, -1))
        matches = edit.matches(text, next_candidate);
    lua_pop(reader, 1);
    *edit.appended = '\0';
    return matches;
}

/* ---- lines ---- */

static volatile sig_atomic_t was_interrupted;

static char *history; /* a file, or NULL: lines are not edited */

/* Without libedit the signal ends the read of a line. */
static void on_signal(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = history ? SA_RESTART : 0};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

static void note_sigint(int number)
{
    (void)number;
    was_interrupted = 1;
}

static void edit_lines(lua_State *L, const char *file)
{
    history = strdup(file);
    edit.read_history(file); /* there may be none yet */
    edit.stifle_history(HISTORY_LIMIT);
    *edit.attempt = attempt;
    *edit.word_breaks = " \t\n\"'`@$><=;|&{}()[]+-*/%^#~,";
    lua_settop(L, 2);
    completer = luaL_ref(L, LUA_REGISTRYINDEX);
}

static int editor_open(lua_State *L)
{
    struct error err = {0};
    const char *file = luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    bool is_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    if (is_terminal && !history && shared_library_load(&library, &err))
        edit_lines(L, file);
    on_signal(SIGINT, is_terminal ? note_sigint : SIG_IGN);
    lua_pushboolean(L, is_terminal);
    return 1;
}

/* A line without its end, as readline() gives it. */
static char *plain_readline(const char *prompt)
{
    char *line = NULL;
    size_t size = 0;
    fputs(prompt, stdout);
    fflush(stdout);
    ssize_t length = getline(&line, &size, stdin);
    if (length < 0) {
        clearerr(stdin);
        free(line);
        return NULL;
    }
    if (length > 0 && line[length - 1] == '\n')
        line[length - 1] = '\0';
    return line;
}

/* read(prompt): the line; nil: there are no more; false: Ctrl-C, which libedit takes for the end.
 */
static int editor_read(lua_State *L)
{
    const char *prompt = luaL_checkstring(L, 1);
    reader = L;
    was_interrupted = 0;
    char *line = history ? edit.readline(prompt) : plain_readline(prompt);
    if (!line && was_interrupted) {
        putchar('\n');
        lua_pushboolean(L, false);
    } else {
        lua_pushstring(L, line);
    }
    if (history && line && *line)
        edit.add_history(line);
    free(line);
    return 1;
}

static int editor_close(lua_State *L)
{
    if (history)
        edit.write_history(history); /* a session without one goes on as well */
    free(history);
    history = NULL;
    luaL_unref(L, LUA_REGISTRYINDEX, completer);
    completer = LUA_NOREF;
    return 0;
}

/* ---- interruptions ---- */

static lua_State *volatile guarded;

static void interrupt(lua_State *L, lua_Debug *activation)
{
    (void)activation;
    lua_sethook(L, NULL, 0, 0);
    luaL_error(L, "interrupted");
}

static void on_sigint(int number)
{
    on_signal(number, note_sigint);
    lua_sethook(guarded, interrupt, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

static int editor_guard(lua_State *L)
{
    guarded = L;
    on_signal(SIGINT, on_sigint);
    bool ok = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0) == LUA_OK;
    on_signal(SIGINT, note_sigint);
    lua_pushboolean(L, ok);
    lua_insert(L, 1);
    return lua_gettop(L);
}

int lua_open_line_editor(lua_State *L)
{
    static const luaL_Reg functions[] = {{"open", editor_open},
                                         {"read", editor_read},
                                         {"close", editor_close},
                                         {"guard", editor_guard},
                                         {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
