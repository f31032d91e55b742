/* invalid_test.c - every x.yaml of test/data/invalid gives exactly the errors in x.error. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../check.h"
#include "base/files.h"
#include "dsl/blueprint.h"
#include "diagnostics_text.h"

static char *errors_of(const char *blueprint)
{
    struct diagnostics diagnostics = {0};
    struct strbuf text = STRBUF_INIT;
    plan_free(blueprint_parse(blueprint, NULL, &diagnostics));
    diagnostics_write(&diagnostics, &text);
    diagnostics_release(&diagnostics);
    return strbuf_detach(&text);
}

static void test_file(const char *blueprint)
{
    struct error err = {0};
    struct strbuf name = STRBUF_INIT;
    size_t length = 0;
    strbuf_add(&name, blueprint, strlen(blueprint) - strlen(".yaml"));
    strbuf_adds(&name, ".error");
    char *expected = file_read(name.text, 65536, &length, &err);
    char *errors = errors_of(blueprint);
    CHECK(expected && errors && !strcmp(errors, expected), "%s", blueprint);
    if (expected && errors && strcmp(errors, expected))
        printf("# %s# instead of:\n# %s", errors, expected);
    free(expected);
    free(errors);
    strbuf_release(&name);
}

int main(void)
{
    glob_t files;
    CHECK(!chdir("test/data/invalid") && !glob("*.yaml", 0, NULL, &files), "there are files");
    for (size_t i = 0; i < files.gl_pathc; i++)
        test_file(files.gl_pathv[i]);
    globfree(&files);
    return checks_done();
}
