/* scalar_test.c - what scalars mean: every row was checked against PyYAML's safe loader. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "yaml/yaml.h"

#include "../check.h"

/* YAML text; the value as JSON, or the problem's message */
static const struct {
    const char *text, *json, *problem;
} cases[] = {
    {"[yes, Yes, YES, on, On, ON, true, True, TRUE]",
     "[true,true,true,true,true,true,true,true,true]", NULL},
    {"[no, No, NO, off, Off, OFF, false, False, FALSE]",
     "[false,false,false,false,false,false,false,false,false]", NULL},
    {"[y, n, Y, N, yEs, tRUE, oN]", "[\"y\",\"n\",\"Y\",\"N\",\"yEs\",\"tRUE\",\"oN\"]", NULL},
    {"[~, null, Null, NULL, '', ]", "[null,null,null,null,\"\"]", NULL},
    {"- \n- ~x\n- nULL\n- null_", "[null,\"~x\",\"nULL\",\"null_\"]", NULL},
    {"", "null", NULL},
    {"# only a comment\n", "null", NULL},
    {"[0, 00, -0, +1, -1, 1_000, 1__0, 1_]", "[0,0,0,1,-1,1000,10,1]", NULL},
    {"[_1, 08, 0o10, 0x, 0xZZ, --1, +]", "[\"_1\",\"08\",\"0o10\",\"0x\",\"0xZZ\",\"--1\",\"+\"]",
     NULL},
    {"[0x1F, -0xff, 010, -010, 0b101, -0b1, 0_7]", "[31,-255,8,-8,5,-1,7]", NULL},
    {"[1:30, -1:30, 190:20:30, 1:5]", "[90,-90,685230,65]", NULL},
    {"[1:60, 0:30]", "[\"1:60\",\"0:30\"]", NULL},
    {"[9223372036854775807, -9223372036854775808]", "[9223372036854775807,-9223372036854775808]",
     NULL},
    {"9223372036854775808", NULL, "the integer '9223372036854775808' does not fit into 64 bits"},
    {"-9223372036854775809", NULL, "the integer '-9223372036854775809' does not fit into 64 bits"},
    {"0x8000000000000000", NULL, "the integer '0x8000000000000000' does not fit into 64 bits"},
    {"99999999999999999999:30", NULL,
     "the integer '99999999999999999999:30' does not fit into 64 bits"},
    {"0b_", NULL, "'0b_' is no integer"},
    {"[1.5, 1., .5, .5_0, 0.0, 1_0.5, 0.1, 1.0]", "[1.5,1.0,0.5,0.5,0.0,10.5,0.1,1.0]", NULL},
    {"[1.0e+3, 1.e-2, .5e+3, 1.0e+16, 123456789.123456789]",
     "[1000.0,0.01,500.0,1e+16,123456789.12345679]", NULL},
    {"[1e3, 1e+3, 1.0e3, -.5, +.5, ., 1.2.3, 1e400]",
     "[\"1e3\",\"1e+3\",\"1.0e3\",\"-.5\",\"+.5\",\".\",\"1.2.3\",\"1e400\"]", NULL},
    {"[1:30.5, -190:20:30.15]", "[90.5,-685230.15]", NULL},
    {".inf", NULL, "'.inf' is not a finite number: put it in quotes"},
    {"-.INF", NULL, "'-.INF' is not a finite number: put it in quotes"},
    {".NaN", NULL, "'.NaN' is not a finite number: put it in quotes"},
    {"1.0e+400", NULL, "'1.0e+400' is not a finite number: put it in quotes"},
    {"[.iNF, -.nan]", "[\".iNF\",\"-.nan\"]", NULL},
    {"2001-01-01", NULL, "'2001-01-01' is a date, for which there is no type: put it in quotes"},
    {"2001-1-1t1:02:03.5 -05:00", NULL,
     "'2001-1-1t1:02:03.5 -05:00' is a date, for which there is no type: put it in quotes"},
    {"['2001-01-01', 2001-1-1, 2001-1, 2001-01-01T]",
     "[\"2001-01-01\",\"2001-1-1\",\"2001-1\",\"2001-01-01T\"]", NULL},
    {"['yes', \"12\", '~', \"1.5\"]", "[\"yes\",\"12\",\"~\",\"1.5\"]", NULL},
    {"\"\\x41\\u0042\\t\\0\"", "\"AB\\t\\u0000\"", NULL},
    {"!!str 12", "\"12\"", NULL},
    {"[!!int '0x10', !!float 3, !!bool YES, !!null x, !!str ~]", "[16,3.0,true,null,\"~\"]", NULL},
    {"[!!seq [a], !!map {b: c}, ! 12]", "[[\"a\"],{\"b\":\"c\"},12]", NULL},
    {"!!int 1.5", NULL, "'1.5' is no integer"},
    {"!!int ''", NULL, "'' is no integer"},
    {"!!float 0x10", NULL, "'0x10' is no float"},
    {"!!bool maybe", NULL, "'maybe' is no boolean"},
    {"!!binary aGk=", NULL, "the tag '!!binary' is not supported"},
    {"!mine x", NULL, "the tag '!mine' is not supported"},
    {"!!set {a, b}", NULL, "the tag '!!set' is not supported for a dict"},
    {"!!str [a]", NULL, "the tag '!!str' is not supported for a list"},
    {"[=x, <<x]", "[\"=x\",\"<<x\"]", NULL},
    {"<<", NULL, "'<<' means something only as a key: put it in quotes"},
    {"[=]", NULL, "'=' means something only as a key: put it in quotes"},
    {"{=: 1}", "{\"=\":1}", NULL},
};

static char *resolve(const char *text, struct yaml_problem *problem)
{
    struct yaml_document *document = yaml_parse(text, strlen(text), "t.yaml", NULL, problem);
    if (!document)
        return NULL;
    json_t *value = yaml_to_json(yaml_root(document));
    char *json = json_text(value);
    json_decref(value);
    yaml_document_free(document);
    return json;
}

static void test_case(const char *text, const char *json, const char *message)
{
    struct yaml_problem problem;
    char *got = resolve(text, &problem);
    if (json)
        CHECK(got && !strcmp(got, json), "a value is %s", got ? got : problem.message);
    else
        CHECK(!got && !strcmp(problem.message, message), "it says: %s",
              got ? got : problem.message);
    free(got);
}

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        test_case(cases[i].text, cases[i].json, cases[i].problem);
    return checks_done();
}
