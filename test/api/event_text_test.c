/* event_text_test.c - records as text for people. */
#include "api/event_text.h"

#include <string.h>

#include "../check.h"

#define CONTEXT "'deployment_id': 'web', 'node_id': 'db_a1'"
#define TIMES "'timestamp': '2026-11-23T01:02:35.618Z', 'message': {'text': 'Task failed'}"

#define FAILED(error)                                                                              \
    "{'type': 'cloudify_event', 'event_type': 'workflow_failed', "                                 \
    "'context': {'deployment_id': 'web'}, "                                                        \
    "'message': {'text': 'w failed: " error "', 'arguments': {'error': '" error "'}}}"

static const struct {
    const char *name, *record, *text;
} cases[] = {
    {"an operation of an instance",
     "{'type': 'cloudify_event', " TIMES ", 'context': {" CONTEXT ", 'operation': 'a.b.create'}}",
     "2026-11-23 01:02:35.618  CFY <web> [db_a1.create] Task failed"},
    {"an instance", "{'type': 'cloudify_event', " TIMES ", 'context': {" CONTEXT "}}",
     "2026-11-23 01:02:35.618  CFY <web> [db_a1] Task failed"},
    {"an operation of a relationship",
     "{'type': 'cloudify_event', " TIMES ", 'context': {'deployment_id': 'web', 'source_id': 'a_1',"
     " 'target_id': 'b_1', 'operation': 'x.establish'}}",
     "2026-11-23 01:02:35.618  CFY <web> [a_1->b_1|establish] Task failed"},
    {"a log has its level",
     "{'type': 'cloudify_log', 'level': 'warning', " TIMES ", 'context': {" CONTEXT "}}",
     "2026-11-23 01:02:35.618  LOG <web> [db_a1] WARNING: Task failed"},
    {"null is nothing", "{'type': 'cloudify_event', " TIMES ", 'context': {'deployment_id': null}}",
     "2026-11-23 01:02:35.618  CFY Task failed"},
    {"the only cause is its traceback",
     "{'type': 'cloudify_event', " TIMES ", 'context': {'deployment_id': 'web', "
     "'task_error_causes': [{'type': 'E', 'message': 'm', 'traceback': 'one\\ntwo\\n'}]}}",
     "2026-11-23 01:02:35.618  CFY <web> Task failed\n    one\n    two"},
    {"what it was caused by comes after it, the newest first",
     "{'type': 'cloudify_event', " TIMES ", 'context': {'deployment_id': 'web', "
     "'task_error_causes': [{'type': 'E', 'message': 'm', 'traceback': ''},"
     " {'type': 'G', 'message': 'o\\np', 'traceback': 'where\\n\\tdeep'},"
     " {'type': 'F', 'message': 'n', 'traceback': 'here'}]}}",
     "2026-11-23 01:02:35.618  CFY <web> Task failed\n    here\n    caused by: G: o\n"
     "        p\n        where\n        \tdeep\n    caused by: E: m"},
    {"a subgraph has failed for what was told before",
     "{'type': 'cloudify_event', 'message': {'text': 'Subgraph failed a -> m [retry 1/1]'}, "
     "'context': {'deployment_id': 'web', 'operation': null,"
     " 'task_error_causes': [{'type': 'E', 'message': 'm'}]}}",
     "  CFY <web> Subgraph failed a [retry 1/1]"},
    {"a workflow has failed by tasks, whose tracebacks were told before",
     FAILED("1 error:\\nm\\nTraceback of a.b (most recent call first):\\nthere"),
     "  CFY <web> w failed: 1 error:\n    m"},
    {"a workflow has failed by itself",
     FAILED("m\\nTraceback of the workflow (most recent call first):\\nthere\\n"
            "Traceback of cause 1 of 1, E `n` (most recent call first):\\ndeep"),
     "  CFY <web> w failed: m\n    Traceback of the workflow (most recent call first):\n"
     "    there\n    Traceback of cause 1 of 1, E `n` (most recent call first):\n    deep"},
};

static json_t *parse(const char *text)
{
    char json[1024] = "";
    strncat(json, text, sizeof json - 1);
    for (char *c = json; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    return json_loads(json, 0, NULL);
}

static void test_text(const char *name, const char *json, const char *expected)
{
    struct strbuf text = STRBUF_INIT;
    json_t *record = parse(json);
    const struct event event = event_of_record(record);
    event_write_text(&text, &event, false);
    CHECK(!strcmp(text.text, expected), "%s: '%s'", name, text.text);
    json_decref(record);
    strbuf_release(&text);
}

/* Who runs the workflow is handed its error, too. */
static void test_text_before_error(void)
{
    struct strbuf text = STRBUF_INIT;
    json_t *record = parse(FAILED("m\\nTraceback of the workflow (most recent):\\nthere"));
    const struct event event = event_of_record(record);
    event_write_text(&text, &event, true);
    CHECK(!strcmp(text.text,
                  "  CFY <web> w failed\n    Traceback of the workflow (most recent):\n    there"),
          "'%s'", text.text);
    json_decref(record);
    strbuf_release(&text);
}

static void test_shown(void)
{
    const struct event debug = {.level = "debug"}, warning = {.level = "warning"};
    const struct event event = {.type = "task_started"};
    CHECK(event_is_shown(&debug, CLOUDIFY_EVENTS_JSON), "JSON has the debug logs");
    CHECK(event_is_shown(&debug, CLOUDIFY_EVENTS_DEBUG_TEXT), "so has the text that asks for them");
    CHECK(!event_is_shown(&debug, CLOUDIFY_EVENTS_TEXT), "the plain text has not");
    CHECK(event_is_shown(&warning, CLOUDIFY_EVENTS_TEXT), "it has other logs");
    CHECK(event_is_shown(&event, CLOUDIFY_EVENTS_TEXT), "and events");
}

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        test_text(cases[i].name, cases[i].record, cases[i].text);
    test_text_before_error();
    test_shown();
    return checks_done();
}
