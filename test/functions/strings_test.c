/* strings_test.c - finding, replacing, splitting and mapping texts; merging maps. */
#include "rows.h"

static const struct function_scope HERE = {.kind = FUNCTION_SCOPE_NONE, .path = "v"};
#define ROW(value, expected)                                                                       \
    {                                                                                              \
        &HERE, value, expected, 0                                                                  \
    }
#define FAILS(value, problem, error)                                                               \
    {                                                                                              \
        &HERE, value, "v: " error, FUNCTION_PROBLEM_##problem                                      \
    }
#define LATER " has an argument that is known only at runtime"

static const struct row rows[] = {
    ROW("{'string_find': ['hello', 'l']}", "2"),
    ROW("{'string_find': ['hello', 'z']}", "-1"),
    ROW("{'string_find': ['hello', '']}", "0"),
    ROW("{'string_find': ['a\\u0000b', 'b']}", "2"),
    ROW("{'string_replace': ['a\\u0000b\\u0000', 'b', '\\u0000']}", "'a\\u0000\\u0000\\u0000'"),
    ROW("{'string_replace': ['a\\u0000', '', '.']}", "'.a.\\u0000.'"),
    ROW("{'string_replace': ['a\\u0000b', '\\u0000', '.']}", "'a.b'"),
    ROW("{'string_split': ['a\\u0000b,c', '\\u0000']}", "['a', 'b,c']"),
    ROW("{'string_lower': 'A\\u0000B'}", "'a\\u0000b'"),
    ROW("{'string_find': ['h\u00e9\u00e9llo', 'l']}", "3"),
    ROW("{'string_find': [{'get_input': 'text'}, 'b']}", "1"),
    ROW("{'string_replace': ['a-b-c', '-', '+']}", "'a+b+c'"),
    ROW("{'string_replace': ['a-b-c', '-', '+', 1]}", "'a+b-c'"),
    ROW("{'string_replace': ['a-b-c', '-', '+', 0]}", "'a-b-c'"),
    ROW("{'string_replace': ['a-b-c', '-', '+', -1]}", "'a+b+c'"),
    ROW("{'string_replace': ['a\u00e9', '', '.']}", "'.a.\u00e9.'"),
    ROW("{'string_replace': ['ab', '', '.', 2]}", "'.a.b'"),
    ROW("{'string_replace': ['ab', '', '.', 3]}", "'.a.b.'"),
    ROW("{'string_split': ['a, b,,c', ',']}", "['a', ' b', '', 'c']"),
    ROW("{'string_split': ['', ',']}", "['']"),
    ROW("{'string_split': ['a::b', '::', -1]}", "'b'"),
    ROW("{'string_split': ['a:b', ':', true]}", "'b'"),
    ROW("{'string_lower': 'MiXed \u00c9'}", "'mixed \u00e9'"),
    ROW("{'string_upper': {'concat': ['a', 'b']}}", "'AB'"),
    ROW("{'merge': [{'a': 1, 'b': {'x': 1}}, {'b': {'y': 2}}]}", "{'a': 1, 'b': {'y': 2}}"),
    ROW("{'merge': []}", "{}"),
    ROW("{'merge': [{'a': 1}, {'get_input': 'map'}]}", "{'a': 2}"),
    ROW("{'merge': [{'a': 1}, {'get_secret': 'k'}]}", "{'merge': [{'a': 1}, {'get_secret': 'k'}]}"),
    FAILS("{'string_find': [{'get_secret': 'k'}, 'x']}", EVALUATION, "string_find" LATER),
    FAILS("{'string_upper': {'get_secret': 'k'}}", EVALUATION, "string_upper" LATER),
    FAILS("{'string_split': ['a b', ' ', 2]}", EVALUATION,
          "string_split: index 2 is out of range, there are 2 parts"),
    FAILS("{'string_split': ['a b', '']}", EVALUATION,
          "string_split needs a separator that is not empty"),
    FAILS("{'merge': [{'get_input': 'text'}]}", SIGNATURE,
          "merge needs maps, but item 0 is of type string"),
};

static const struct row invalid[] = {
    FAILS("{'string_find': ['a']}", SIGNATURE, "string_find needs a list [text, part to find]"),
    FAILS("{'string_find': 'a'}", SIGNATURE, "string_find needs a list [text, part to find]"),
    FAILS("{'string_find': ['a', 1]}", SIGNATURE, "string_find needs a list [text, part to find]"),
    FAILS("{'string_replace': ['a', 'b', 'c', 'd']}", SIGNATURE,
          "string_replace needs a list [text, old, new] or [text, old, new, count]"),
    FAILS("{'string_split': ['a', 'b', 'c']}", SIGNATURE,
          "string_split needs a list [text, separator] or [text, separator, index]"),
    FAILS("{'string_lower': ['A', 'B']}", SIGNATURE, "string_lower needs one text, not list"),
    FAILS("{'merge': {'a': 1}}", ARGUMENTS, "merge needs a list of maps, not dict"),
    FAILS("{'merge': [{}, ['b']]}", SIGNATURE, "merge needs maps, but item 1 is of type list"),
    {&HERE, "{'string_split': [{'get_input': 'text'}, ' ', {'get_input': 'index'}]}", NULL, 0},
    FAILS("{'merge': {'get_input': 'maps'}}", ARGUMENTS, "merge needs a list of maps, not dict"),
};

int main(void)
{
    storage = parse("{'inputs': {'text': 'abc', 'map': {'a': 2}, 'index': 0, 'maps': []}}");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        test_evaluation(&rows[i], FUNCTIONS_STATIC);
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
        test_validation(&invalid[i], 105);
    json_decref(storage);
    return checks_done();
}
