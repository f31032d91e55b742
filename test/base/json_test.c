/* json_test.c - values keep their exact value through text. */
#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "../check.h"

static void test_round_trip(const char *source)
{
    struct error err = {0};
    json_t *value = json_parse(source, strlen(source), "test", &err);
    char *text = json_text(value);
    CHECK(text && !strcmp(text, source), "'%s' survives parsing and writing", source);
    free(text);
    json_decref(value);
}

static void test_error(const char *source, const char *expected)
{
    struct error err = {0};
    json_t *value = json_parse(source, strlen(source), "inputs", &err);
    CHECK(!value && strstr(err.text, expected), "'%s' says %s (%s)", source, expected, err.text);
    json_decref(value);
}

int main(void)
{
    test_round_trip("{\"a\":[1,2.5,true,null,\"x\\n\\u0001\\\"\"],\"b\":{}}");
    test_round_trip("9223372036854775807");
    test_error("9223372036854775808", "inputs:1:19: too big integer");
    test_error("{\"a\": }", "inputs:1:7");
    return checks_done();
}
