/* task_document_test.c - the documents of a part of a stored graph, made whole again. */
#include "engine/task_document.h"

#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "engine/execution_internal.h"

static const struct {
    const char *stored, *whole, *what;
} cases[] = {
    {"[]", "[]", "an empty part"},
    {"[{\"number\":3,\"kind\":\"subgraph\"},"
     "{\"container\":3,\"instance\":\"vm_1\",\"kind\":\"nop\"},{\"kind\":\"set_state\"}]",
     "[{\"kind\":\"subgraph\",\"number\":3},"
     "{\"container\":3,\"instance\":\"vm_1\",\"kind\":\"nop\",\"number\":4},"
     "{\"container\":3,\"instance\":\"vm_1\",\"kind\":\"set_state\",\"number\":5}]",
     "a task without a number comes after the one before it, and shares what it does not say"},
    {"[{\"number\":3,\"container\":1,\"instance\":\"vm_1\"},{\"instance\":null},{\"kind\":\"nop\"}"
     "]",
     "[{\"container\":1,\"instance\":\"vm_1\",\"number\":3},{\"container\":1,\"number\":4},"
     "{\"container\":1,\"kind\":\"nop\",\"number\":5}]",
     "null is what only the one before has"},
    {"[{\"number\":3,\"container\":1,\"instance\":\"vm_1\"},{\"number\":4,\"kind\":\"nop\"}]",
     "[{\"container\":1,\"instance\":\"vm_1\",\"number\":3},{\"kind\":\"nop\",\"number\":4}]",
     "one with a number stands for itself, as all did once"},
};

/* Documents that no task can be made of, and why. */
static const struct {
    const char *document, *error;
} damaged[] = {
    {"{\"number\":7,\"kind\":\"rest\"}", "it is of no known kind"},
    {"{\"number\":7,\"kind\":\"operation\",\"operation\":[0,\"create\"]}",
     "the plan has no such operation"},
    {"{\"number\":7,\"kind\":\"set_state\",\"text\":\"started\"}", "it concerns no node instance"},
    {"{\"number\":7,\"kind\":\"get_state\"}", "it concerns no node instance"},
    {"{\"number\":7,\"kind\":\"workflow_event\",\"text\":\"done\"}", "its event is of no type"},
};

static void test_damaged(void)
{
    struct error err = {0};
    struct plan plan = {0};
    struct execution e = {.options.plan = &plan, .graph = task_graph_new(NULL, 0, &err)};
    for (size_t i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        json_t *document = json_loads(damaged[i].document, 0, NULL);
        char expected[200];
        snprintf(expected, sizeof expected, "task 7 of the stored graph is damaged: %s",
                 damaged[i].error);
        CHECK(!task_from_document(&e, document, &err) && err.code == ERROR_STORAGE &&
                  !strcmp(err.text, expected),
              "says '%s'", err.text);
        error_clear(&err);
        json_decref(document);
    }
    task_graph_free(e.graph);
}

int main(void)
{
    test_damaged();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *part = json_loads(cases[i].stored, 0, NULL);
        bool ok = task_documents_complete(part);
        char *text = json_dumps(part, JSON_COMPACT | JSON_SORT_KEYS);
        CHECK(ok && text && !strcmp(text, cases[i].whole), "%s: %s", cases[i].what, text);
        free(text);
        json_decref(part);
    }
    return checks_done();
}
