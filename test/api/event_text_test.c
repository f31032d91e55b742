/* event_text_test.c - records as JSON and as text for people. */
#include "api/event_text.h"

#include <string.h>

#include "../check.h"

#define CONTEXT "'deployment_id': 'web', 'node_id': 'db_a1'"
#define TIMES "'timestamp': '2026-11-23T01:02:35.618Z', 'message': {'text': 'Task failed'}"

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
    {"several causes are numbered",
     "{'type': 'cloudify_event', " TIMES ", 'context': {'deployment_id': 'web', "
     "'task_error_causes': [{'type': 'E', 'message': 'm', 'traceback': ''},"
     " {'type': 'F', 'message': 'n', 'traceback': 'deep'}]}}",
     "2026-11-23 01:02:35.618  CFY <web> Task failed\n    cause 1 of 2: E: m\n"
     "    cause 2 of 2: F: n\n    deep"},
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
    event_write(&text, record, CLOUDIFY_EVENTS_TEXT);
    CHECK(!strcmp(text.text, expected), "%s: '%s'", name, text.text);
    json_decref(record);
    strbuf_release(&text);
}

static void test_json(void)
{
    struct strbuf text = STRBUF_INIT;
    json_t *record = parse("{'type': 'cloudify_log', 'level': 'debug'}");
    event_write(&text, record, CLOUDIFY_EVENTS_JSON);
    CHECK(!strcmp(text.text, "{\"type\":\"cloudify_log\",\"level\":\"debug\"}"), "'%s'", text.text);
    CHECK(event_is_shown(record, CLOUDIFY_EVENTS_JSON), "JSON has the debug logs");
    CHECK(event_is_shown(record, CLOUDIFY_EVENTS_DEBUG_TEXT), "so has the text that asks for them");
    CHECK(!event_is_shown(record, CLOUDIFY_EVENTS_TEXT), "the plain text has not");
    json_decref(record);
    strbuf_release(&text);
}

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        test_text(cases[i].name, cases[i].record, cases[i].text);
    test_json();
    return checks_done();
}
