/* main.c - conformance --batch: a request a line in, an answer a line out, both JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "conformance.h"

static json_t *refuse(enum error_code code, const char *what)
{
    struct error err = {0};
    error_set(&err, code, "%s", what);
    return answer_error(&err);
}

static json_t *answer_kind(const char *directory, const json_t *request)
{
    const char *kind = json_string_at(request, "kind", "");
    if (!strcmp(kind, "parse"))
        return answer_parse(directory, request);
    if (!strcmp(kind, "deployment_plan"))
        return answer_deployment_plan(directory, request);
    if (!strcmp(kind, "evaluate"))
        return answer_evaluate(request);
    if (!strcmp(kind, "modify"))
        return answer_modify(request);
    if (!strcmp(kind, "workflow"))
        return answer_workflow(request);
    return refuse(ERROR_UNSUPPORTED, "requests of this kind are not supported");
}

/* The files of a case are its working directory. */
static json_t *answer_line(const char *line, size_t length)
{
    struct error err = {0};
    json_t *message = json_parse(line, length, "request", &err);
    if (!message)
        return answer_error(&err);
    const char *directory = json_string_at(message, "dir", "");
    json_t *result = chdir(directory)
                         ? refuse(ERROR_IO, "cannot enter the directory of the request")
                         : answer_kind(directory, json_object_get(message, "request"));
    json_decref(message);
    return result;
}

static bool print_line(const json_t *answer)
{
    struct strbuf text = STRBUF_INIT;
    bool ok = answer && json_write(&text, answer) && puts(text.text) >= 0 && !fflush(stdout);
    strbuf_release(&text);
    return ok;
}

int main(int argc, char **argv)
{
    if (argc != 2 || strcmp(argv[1], "--batch") != 0) {
        fprintf(stderr, "usage: conformance --batch < requests\n");
        return 2;
    }
    char *line = NULL;
    size_t capacity = 0;
    ssize_t length;
    bool ok = true;
    while (ok && (length = getline(&line, &capacity, stdin)) > 0) {
        json_t *answer = answer_line(line, (size_t)length);
        ok = print_line(answer);
        json_decref(answer);
    }
    free(line);
    if (!ok)
        fprintf(stderr, "conformance: cannot write the answer\n");
    return ok ? 0 : 1;
}
