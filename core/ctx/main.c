/* main.c - ctx: lets a script ask and tell the operation that runs it (docs/ctx.1). */
#include <stdio.h>
#include <stdlib.h>

#include "ctx/answer.h"
#include "ctx/arguments.h"
#include "ctx/exchange.h"

enum { EXIT_REFUSED = 1, EXIT_USAGE = 2 };

static const char usage[] =
    "usage: ctx [OPTION]... ARGUMENT...\n"
    "Ask and tell the operation that runs this script: ctx node properties port\n"
    "\n"
    "  -t, --timeout SECONDS   how long to wait for the answer (30)\n"
    "  -j, --json-output       print the answer as JSON\n"
    "  --json-arg-prefix TEXT  what an argument that is JSON begins with (@)\n"
    "  --socket-url URL        whom to ask ($CTX_SOCKET_URL)\n"
    "  --                      only arguments follow\n";

static int fail(const struct error *err, int code)
{
    fprintf(stderr, code == EXIT_USAGE ? "ctx: %s\n" : "%s\n", err->text);
    return code;
}

static int ask(const struct arguments *arguments, const char *url)
{
    struct error err = {0};
    struct strbuf out = STRBUF_INIT;
    json_t *answer = exchange(url, arguments->list, arguments->timeout, &err);
    int code = EXIT_SUCCESS;
    if (!answer || !answer_write(&out, answer, arguments->json_output, &err))
        code = fail(&err, EXIT_REFUSED);
    else if (fwrite(out.text, 1, out.length, stdout) != out.length || fflush(stdout) != 0)
        code = EXIT_REFUSED;
    strbuf_release(&out);
    json_decref(answer);
    return code;
}

static int run(const struct arguments *arguments)
{
    const char *url = arguments->url ? arguments->url : getenv("CTX_SOCKET_URL");
    struct error err = {0};
    if (arguments->help)
        return fputs(usage, stdout) < 0 ? EXIT_REFUSED : EXIT_SUCCESS;
    if (url && *url)
        return ask(arguments, url);
    error_set(&err, ERROR_INVALID,
              "CTX_SOCKET_URL is not set: ctx works in scripts that an operation runs");
    return fail(&err, EXIT_USAGE);
}

int main(int argc, char **argv)
{
    struct arguments arguments;
    struct error err = {0};
    int code = arguments_parse(&arguments, argc - 1, argv + 1, &err) ? run(&arguments)
                                                                     : fail(&err, EXIT_USAGE);
    arguments_release(&arguments);
    return code;
}
