/* answer_test.c - what ctx prints of an answer (runtime.md 10.4). */
#include "ctx/answer.h"

#include <string.h>

#include "../check.h"
#include "base/json.h"

/* `text` and `json` are what is printed; NULL: the error is `error`. */
static const struct {
    const char *answer, *text, *json, *error;
} cases[] = {
    {"{\"type\":\"result\",\"payload\":\"a b\"}", "a b", "\"a b\"", NULL},
    {"{\"type\":\"result\",\"payload\":8080}", "8080", "8080", NULL},
    {"{\"type\":\"result\",\"payload\":1.0}", "1.0", "1.0", NULL},
    {"{\"type\":\"result\",\"payload\":true}", "True", "true", NULL},
    {"{\"type\":\"result\",\"payload\":false}", "", "false", NULL},
    {"{\"type\":\"result\",\"payload\":null}", "", "null", NULL},
    {"{\"type\":\"result\",\"payload\":0}", "", "0", NULL},
    {"{\"type\":\"result\",\"payload\":0.0}", "", "0.0", NULL},
    {"{\"type\":\"result\",\"payload\":\"\"}", "", "\"\"", NULL},
    {"{\"type\":\"result\",\"payload\":[]}", "", "[]", NULL},
    {"{\"type\":\"result\",\"payload\":{}}", "", "{}", NULL},
    {"{\"type\":\"result\",\"payload\":[1,\"a\"]}", "[1,\"a\"]", "[1,\"a\"]", NULL},
    {"{\"type\":\"result\",\"payload\":\"/w==\",\"encoding\":\"base64\"}", "\xff", NULL,
     "the value is not text: JSON cannot show it"},
    {"{\"type\":\"error\",\"payload\":{\"type\":\"T\",\"message\":\"m\"}}", NULL, NULL, "T: m"},
    {"{\"type\":\"stop_operation\",\"payload\":{\"message\":\"m\"}}", NULL, NULL, "m"},
    {"{}", NULL, NULL, "Error: "},
};

static void test_output(const json_t *answer, bool as_json, const char *expected, const char *error)
{
    struct strbuf out = STRBUF_INIT;
    struct error err = {0};
    bool ok = answer_write(&out, answer, as_json, &err);
    CHECK(ok == !!expected && !strcmp(ok ? out.text : err.text, ok ? expected : error),
          "'%s' is printed, or the error '%s'", out.text, err.text);
    strbuf_release(&out);
}

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error err = {0};
        json_t *answer = json_parse(cases[i].answer, strlen(cases[i].answer), "answer", &err);
        test_output(answer, false, cases[i].text, cases[i].error);
        test_output(answer, true, cases[i].json, cases[i].error);
        json_decref(answer);
    }
    return checks_done();
}
