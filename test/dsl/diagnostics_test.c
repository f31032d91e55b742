/* diagnostics_test.c - problems recorded, limited, shown as text, JSON and error. */
#include "dsl/diagnostics.h"

#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "base/json.h"
#include "dsl/diagnostic_codes.h"
#include "diagnostics_text.h"

static const struct diagnostic_place place = {"web.yaml", 12, 7, "node_templates.db.type"};

static void test_text(void)
{
    struct diagnostics diagnostics = {0};
    struct strbuf text = STRBUF_INIT;
    CHECK(!diagnostics_add(&diagnostics, &code_unknown_node_type, &place, "did you mean 'b'?",
                           "unknown type '%s'", "a"),
          "an error is false");
    diagnostics_warn(&diagnostics, &code_schema, NULL, NULL, "odd");
    diagnostics_write(&diagnostics, &text);
    CHECK(!strcmp(text.text, "web.yaml:12:7: unknown type 'a' (did you mean 'b'?)\n"
                             "warning: odd\n"),
          "one line each");
    strbuf_release(&text);
    diagnostics_release(&diagnostics);
}

static void test_json(void)
{
    struct diagnostics diagnostics = {0};
    diagnostics_add(&diagnostics, &code_unknown_node_type, &place, NULL, "unknown type 'a'");
    json_t *list = diagnostics_to_json(&diagnostics);
    char *text = json_text(list);
    CHECK(text && !strcmp(text, "[{\"code\":\"unknown-node-type\",\"number\":7,"
                                "\"severity\":\"error\",\"message\":\"unknown type 'a'\","
                                "\"file\":\"web.yaml\",\"line\":12,\"column\":7,"
                                "\"path\":\"node_templates.db.type\",\"hint\":null}]"),
          "a record each");
    free(text);
    json_decref(list);
    diagnostics_release(&diagnostics);
}

/* Names of files are any bytes, and JSON is UTF-8. */
static void test_bytes(void)
{
    struct diagnostics diagnostics = {0};
    const struct diagnostic_place odd = {"\xff.yaml", 1, 1, "in\xffputs"};
    diagnostics_add(&diagnostics, &code_schema, &odd, "\xff?", "no \xe4");
    json_t *list = diagnostics_to_json(&diagnostics);
    const json_t *record = json_array_get(list, 0);
    CHECK(!strcmp(json_string_at(record, "file", ""), "?.yaml") &&
              !strcmp(json_string_at(record, "path", ""), "in?puts") &&
              !strcmp(json_string_at(record, "hint", ""), "??") &&
              !strcmp(json_string_at(record, "message", ""), "no ?"),
          "bytes that are no UTF-8 are shown as such");
    json_decref(list);
    diagnostics_release(&diagnostics);
}

static void test_limit(void)
{
    struct diagnostics diagnostics = {.limit = 2};
    for (int i = 0; i < 5; i++)
        diagnostics_add(&diagnostics, &code_schema, NULL, NULL, "error %d", i);
    CHECK(diagnostics.count == 2 && diagnostics.errors == 5, "past the limit it only counts");
    struct error err = {0};
    CHECK(!diagnostics_to_error(&diagnostics, NULL, &err), "errors make an error");
    CHECK(!strcmp(err.text, "error 0 (and 4 more errors)"), "says '%s'", err.text);
    diagnostics_release(&diagnostics);
}

static void test_warnings(void)
{
    struct diagnostics diagnostics = {0};
    struct error err = {0};
    diagnostics_warn(&diagnostics, &code_schema, NULL, NULL, "odd");
    CHECK(diagnostics_ok(&diagnostics) && diagnostics_to_error(&diagnostics, NULL, &err),
          "warnings are no errors");
    diagnostics_nomem(&diagnostics);
    CHECK(!diagnostics_ok(&diagnostics) && !diagnostics_to_error(&diagnostics, NULL, &err) &&
              err.code == ERROR_NOMEM,
          "a lack of memory is one");
    diagnostics_release(&diagnostics);
}

int main(void)
{
    test_text();
    test_json();
    test_bytes();
    test_limit();
    test_warnings();
    return checks_done();
}
