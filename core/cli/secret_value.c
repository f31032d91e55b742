/* secret_value.c - see secret_value.h. */
#include "cli/secret_value.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* More than a secret may have, so that the library is the one to say so. */
enum { READ_LIMIT = 128 * 1024 };

void secret_value_free(char *value)
{
    if (value)
        explicit_bzero(value, strlen(value));
    free(value);
}

/* ---- from a file ---- */

static char *failed(const char *fmt, const char *what, int *code)
{
    fputs("cfy: ", stderr);
    fprintf(stderr, fmt, what, strerror(errno));
    fputc('\n', stderr);
    *code = EXIT_FAILED;
    return NULL;
}

/* A newline at the end of a single line is that of `echo` or an editor. */
static void cut_newline(char *text, size_t length)
{
    char *newline = strchr(text, '\n');
    if (newline == text + length - 1) {
        *newline = '\0';
        if (newline > text && newline[-1] == '\r')
            newline[-1] = '\0';
    }
}

static char *read_file(FILE *file, const char *name, int *code)
{
    char *text = calloc(1, READ_LIMIT + 1);
    if (!text)
        return failed("cannot read '%s': %s", name, code);
    setvbuf(file, NULL, _IONBF, 0); /* no further copy in memory */
    size_t length = fread(text, 1, READ_LIMIT, file);
    if (ferror(file)) {
        secret_value_free(text);
        return failed("cannot read '%s': %s", name, code);
    }
    if (strlen(text) < length) {
        fprintf(stderr, "cfy: '%s' is not text: encode it, as by base64\n", name);
        explicit_bzero(text, length);
        free(text);
        *code = EXIT_FAILED;
        return NULL;
    }
    cut_newline(text, length);
    return text;
}

static char *read_path(const char *path, int *code)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return failed("cannot read '%s': %s", path, code);
    char *text = read_file(file, path, code);
    fclose(file);
    return text;
}

/* ---- from the terminal ---- */

static struct termios shown; /* how the terminal was before */

/* Ctrl-C while nothing is shown must not leave the terminal so. */
static void restore_and_die(int number)
{
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    signal(number, SIG_DFL);
    raise(number);
}

static bool hide_input(void)
{
    struct termios hidden;
    if (tcgetattr(STDIN_FILENO, &shown))
        return false;
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    signal(SIGINT, restore_and_die);
    signal(SIGTERM, restore_and_die);
    return !tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
}

static void show_input(void)
{
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    fputc('\n', stderr);
}

static char *ask(const char *key, int *code)
{
    enum { LINE_LIMIT = 4096 }; /* of the terminal */
    char *text = calloc(1, LINE_LIMIT + 1);
    if (!text)
        return failed("cannot read '%s': %s", key, code);
    if (!hide_input()) {
        free(text);
        return failed("cannot hide the value of '%s': %s", key, code);
    }
    fprintf(stderr, "Value of secret '%s': ", key);
    fflush(stderr);
    ssize_t length = read(STDIN_FILENO, text, LINE_LIMIT);
    show_input();
    if (length > 0)
        cut_newline(text, (size_t)length);
    return text;
}

char *secret_value(const struct command *command, const struct arguments *arguments, int *code)
{
    const char *key = arguments->positionals[0];
    bool from_input = arguments->positional_count > 1;
    *code = EXIT_USAGE;
    if ((arguments->secret_value != NULL) + (arguments->secret_file != NULL) + from_input > 1) {
        usage_error(command, "give the value once: by --value, by --file or by '-'");
        return NULL;
    }
    if (from_input && strcmp(arguments->positionals[1], "-") != 0) {
        usage_error(command,
                    "'%s' is one argument too many: give the value by --value, by --file "
                    "or, with '-', on standard input",
                    arguments->positionals[1]);
        return NULL;
    }
    if (arguments->secret_value)
        return strdup(arguments->secret_value);
    if (arguments->secret_file)
        return read_path(arguments->secret_file, code);
    if (from_input)
        return read_file(stdin, "standard input", code);
    if (isatty(STDIN_FILENO))
        return ask(key, code);
    usage_error(command, "give the value by --value, by --file or, with '-', on standard input");
    return NULL;
}
