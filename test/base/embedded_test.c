/* embedded_test.c - finding embedded files, and those that every build has. */
#include "base/embedded.h"

#include "../check.h"

#include <string.h>

static const struct embedded_file files[] = {
    {"a.lua", "return 1\n", 9, NULL, 0},
    {"b/c.lua", "", 0, NULL, 0},
    {NULL, NULL, 0, NULL, 0},
};

static void test_find(const char *name, const struct embedded_file *expected)
{
    CHECK(embedded_find(files, name) == expected, "looks for '%s'", name);
}

static void test_types(const char *name, const char *version)
{
    const struct embedded_file *file = embedded_find(embedded_types, name);
    if (!CHECK(file != NULL, "the built-in types include '%s'", name))
        return;
    CHECK(strlen(file->text) == file->length, "'%s' is as long as it says", name);
    CHECK(strstr(file->text, version) != NULL, "'%s' declares %s", name, version);
}

int main(void)
{
    test_find("a.lua", &files[0]);
    test_find("b/c.lua", &files[1]);
    test_find("c.lua", NULL);
    test_find("", NULL);
    CHECK(!embedded_find(files + 2, "a.lua"), "nothing is found where there is nothing");
    test_types("types.yaml", "tosca_definitions_version: cloudify_dsl_1_4");
    test_types("types_1_4.yaml", "tosca_definitions_version: cloudify_dsl_1_4");
    test_types("types_1_3.yaml", "tosca_definitions_version: cloudify_dsl_1_3");
    return checks_done();
}
