/* imports_test.c - where imports are found, and what is merged out of them. */
#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "dsl/blueprint.h"
#include "diagnostics_text.h"

#define FOLDER "test/data/blueprints/imports/"

static struct plan *parse(const char *blueprint, const struct blueprint_options *options,
                          const char *expected)
{
    struct diagnostics diagnostics = {0};
    struct strbuf text = STRBUF_INIT;
    struct plan *plan = blueprint_parse(blueprint, options, &diagnostics);
    diagnostics_write(&diagnostics, &text);
    CHECK(!strcmp(text.text, expected), "%s: '%s'", blueprint, text.text);
    strbuf_release(&text);
    diagnostics_release(&diagnostics);
    return plan;
}

static void test_circle(void)
{
    struct plan *plan = parse(FOLDER "circle.yaml", NULL, "");
    CHECK(plan && plan->node_count == 3, "files that import each other are read once");
    CHECK(plan && !strcmp(plan->nodes[0].id, "own") && !strcmp(plan->nodes[1].id, "one") &&
              !strcmp(plan->nodes[2].id, "two"),
          "nodes stand in the order of imports, the main file first");
    plan_free(plan);
}

static void test_plugin(void)
{
    struct plan *plan = parse(FOLDER "plugin.yaml", NULL, "");
    CHECK(plan && plan->plugin_count == 1 && !strcmp(plan->plugins[0].name, "thing"),
          "a plugin is found beside the blueprint");
    plan_free(plan);
}

static void test_override(void)
{
    struct plan *plan = parse(FOLDER "override.yaml", NULL, "");
    const struct plan_workflow *install = plan ? plan_find_workflow(plan, "install") : NULL;
    CHECK(install && !strcmp(install->function, "flows.install"),
          "the main file may replace a built-in workflow");
    plan_free(plan);
}

static char *read_remote(void *data, const char *name, size_t *length, struct error *err)
{
    static const char text[] = "node_types: {remote: {}}";
    if (data) {
        error_set(err, ERROR_IO, "connection refused");
        return NULL;
    }
    CHECK(!strcmp(name, "https://example.com/types.yaml"), "the resolver is asked for the name");
    *length = strlen(text);
    return strdup(text);
}

static void test_resolver(void)
{
    static const char place[] = FOLDER "remote.yaml:2:11: "
                                       "import 'https://example.com/types.yaml'";
    struct import_resolver resolver = {.read = read_remote};
    struct blueprint_options options = {.resolver = &resolver};
    struct strbuf expected = STRBUF_INIT;
    plan_free(parse(FOLDER "remote.yaml", &options, ""));

    resolver.data = &resolver;
    strbuf_addf(&expected, "%s: connection refused\n", place);
    CHECK(!parse(FOLDER "remote.yaml", &options, expected.text), "its error is passed on");

    strbuf_truncate(&expected, 0);
    strbuf_addf(&expected,
                "%s: only files, plugins and 'cloudify/types/types.yaml' can be imported "
                "here\n",
                place);
    CHECK(!parse(FOLDER "remote.yaml", NULL, expected.text), "without one there is an error");
    strbuf_release(&expected);
}

/* Only b has the file. */
static char *read_mirror(void *data, const char *name, size_t *length, struct error *err)
{
    (void)data;
    if (strcmp(name, "http://b/types.yaml") != 0) {
        error_set(err, ERROR_NOT_FOUND, "'%s': none", name);
        return NULL;
    }
    return read_remote(NULL, "https://example.com/types.yaml", length, err);
}

static void test_rules(void)
{
    static const struct {
        const char *rules[4];
        bool only;
        const char *error;
    } rows[] = {
        {{"https://example.com=http://b"}, true, ""},
        {{"https://example.com=http://a", "https://=http://a/", "https://example.com/=http://b/"},
         true,
         ""},
        {{"https://example.com=http://a", "https://exam=http://c/"},
         false,
         "'http://a/types.yaml': none; 'http://c/ple.com/types.yaml': none; "
         "'https://example.com/types.yaml': none"},
        {{"https://example.com=http://a"}, true, "'http://a/types.yaml': none"},
        {{"https://example.org=http://b"}, true, "'https://example.com/types.yaml': none"},
        {{"https://example.com=file:///nowhere"}, true, "there is no file '/nowhere/types.yaml'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct import_resolver resolver = {.read = read_mirror};
        const struct blueprint_options options = {.resolver = &resolver,
                                                  .import_rules = rows[i].rules,
                                                  .import_rules_only = rows[i].only};
        struct strbuf expected = STRBUF_INIT;
        if (*rows[i].error)
            strbuf_addf(&expected,
                        FOLDER "remote.yaml:2:11: import 'https://example.com/types.yaml': %s\n",
                        rows[i].error);
        plan_free(parse(FOLDER "remote.yaml", &options, expected.text));
        strbuf_release(&expected);
    }
}

/* What is published is built in: no resolver is asked, unless a rule says so. */
static void test_published(void)
{
    const char *const rules[] = {"https://cloudify.co/spec/cloudify/6.4.2/=http://b/", NULL};
    const struct import_resolver resolver = {.read = read_mirror};
    struct blueprint_options options = {.resolver = &resolver, .import_rules = rules};
    plan_free(parse(FOLDER "published.yaml", &options, ""));
    options.import_rules = NULL;
    CHECK(!parse(FOLDER "published.yaml", &options,
                 FOLDER "published.yaml:4:15: node template 'own': unknown type 'remote'\n"),
          "the built-in types have no such type");
}

int main(void)
{
    test_published();
    test_rules();
    test_circle();
    test_plugin();
    test_override();
    test_resolver();
    CHECK(!parse(FOLDER "none.yaml", NULL, "blueprint '" FOLDER "none.yaml' does not exist\n"),
          "a missing blueprint is named");
    return checks_done();
}
