/* import_location_test.c - where imports are found, and what is wrong with those that are not
 * (dsl.md 2.2 to 2.4). */
#include <string.h>

#include "../check.h"
#include "base/json.h"
#include "file_bundle.h"

#define VERSION(n) "tosca_definitions_version: cloudify_dsl_1_" #n "\n"
#define MAIN(imports) VERSION(5) "imports: " imports "\n"
#define FILE_(name, text) FILE_MARK name "\n" text "\n"
#define PLUGIN(folder, version)                                                                    \
    FILE_(folder "/plugin.yaml",                                                                   \
          "plugins: {p: {executor: central_deployment_agent, install: false, package_name: p, "    \
          "package_version: '" version "'}}")

/* ---- found ---- */

static const struct found_row {
    const char *what, *bundle, *input; /* the only input, which tells the file */
} found[] = {
    {"a file for the version of the blueprint comes before the general one",
     MAIN("[sub/part.yaml]") FILE_("sub/part_1_5.yaml", "inputs: {new: {}}")
         FILE_("sub/part.yaml", "inputs: {old: {}}"),
     "new"},
    {"a file for another version does not",
     MAIN("[part.yaml]") FILE_("part_1_4.yaml", "inputs: {other: {}}")
         FILE_("part.yaml", "inputs: {general: {}}"),
     "general"},
    {"beside the blueprint comes before beside the importer",
     MAIN("[sub/one.yaml]") FILE_("sub/one.yaml", "imports: [two.yaml]")
         FILE_("two.yaml", "inputs: {outer: {}}") FILE_("sub/two.yaml", "inputs: {inner: {}}"),
     "outer"},
    {"beside the importer",
     MAIN("[sub/one.yaml]") FILE_("sub/one.yaml", "imports: [two.yaml]")
         FILE_("sub/two.yaml", "inputs: {inner: {}}"),
     "inner"},
    {"the published types are the built-in ones",
     MAIN("[https://www.getcloudify.org/spec/cloudify/4.3.3/types.yaml, "
          "http://cloudify.co/spec/cloudify/7.0.0/types.yaml]") "node_templates: {n: {type: "
                                                                "cloudify.nodes.Compute}}\ninputs: "
                                                                "{i: {}}\n",
     "i"},
    {"among the resources", MAIN("[part.yaml]") FILE_("resources/part.yaml", "inputs: {r: {}}"),
     "r"},
    {"a file that two import is read once",
     MAIN("[one.yaml, two.yaml]") FILE_("one.yaml", "imports: [part.yaml]")
         FILE_("two.yaml", "imports: [sub/../part.yaml]") FILE_("sub/x.yaml", "")
             FILE_("part.yaml", "inputs: {i: {}}"),
     "i"},
    {"the main file may be imported again",
     MAIN("[part.yaml]") "inputs: {i: {}}\n" FILE_("part.yaml", "imports: [blueprint.yaml]"), "i"},
    {"an entry of a list of imports may have empty properties",
     MAIN("[{part.yaml: }]") FILE_("part.yaml", "inputs: {i: {}}"), "i"},
};

static void test_found(const struct found_row *row)
{
    struct strbuf errors = STRBUF_INIT;
    struct plan *plan = bundle_parse(row->bundle, &errors);
    CHECK(plan && json_object_size(plan->inputs) == 1 && json_object_get(plan->inputs, row->input),
          "%s %s", row->what, errors.text);
    plan_free(plan);
    strbuf_release(&errors);
}

/* ---- plugins ---- */

static const struct plugin_row {
    const char *what, *bundle, *version;
} plugins[] = {
    {"the newest plugin is taken",
     MAIN("['plugin:p']") PLUGIN("plugins/p", "1.9") PLUGIN("installed/p", "1.10"), "1.10"},
    {"of equal ones that beside the blueprint",
     MAIN("['plugin:p']") PLUGIN("plugins/p", "1.0") PLUGIN("installed/p", "1.0.0"), "1.0"},
    {"the newest that may be taken",
     MAIN("['plugin:p?version=<1.5']") PLUGIN("plugins/p", "1.4") PLUGIN("installed/p", "1.5"),
     "1.4"},
    {"all of several conditions",
     MAIN("['plugin:p?version=>=1.0,!=1.5&version=<2']") PLUGIN("plugins/p", "1.5")
         PLUGIN("installed/p", "1.2"),
     "1.2"},
    {"a version alone", MAIN("['plugin:p?version=1.4']") PLUGIN("plugins/p", "1.4"), "1.4"},
    {"a file for the version of the blueprint comes first",
     MAIN("['plugin:p']") PLUGIN("plugins/p", "1.0")
         FILE_("plugins/p/p_1_5.yaml", "plugins: {p: {executor: central_deployment_agent, "
                                       "install: false, package_version: '2.0'}}"),
     "2.0"},
};

static void test_plugin(const struct plugin_row *row)
{
    struct strbuf errors = STRBUF_INIT;
    struct plan *plan = bundle_parse(row->bundle, &errors);
    const struct plan_plugin *plugin = plan && plan->plugin_count == 1 ? plan->plugins : NULL;
    CHECK(plugin && !strcmp(plugin->package_version, row->version), "%s %s", row->what,
          errors.text);
    plan_free(plan);
    strbuf_release(&errors);
}

/* ---- errors ---- */

static const struct error_row {
    const char *bundle, *expected;
} errors[] = {
    {MAIN("[none.yaml]"),
     "blueprint.yaml:2:11: import 'none.yaml' is not found: tried 'none_1_5.yaml', 'none.yaml', "
     "'resources/none_1_5.yaml', 'resources/none.yaml'\n"},
    {MAIN("['a--b--part.yaml']"),
     "blueprint.yaml:2:11: import 'a--b--part.yaml': a namespace must not have '--' in it\n"},
    {MAIN("['----part.yaml']"),
     "blueprint.yaml:2:11: import '----part.yaml': a namespace must not have '--' in it\n"},
    {MAIN("['ns--cloudify/types/types.yaml']"),
     "blueprint.yaml:2:11: import 'ns--cloudify/types/types.yaml': the built-in types cannot be "
     "put under a namespace\n"},
    {MAIN("['blueprint:db']"),
     "blueprint.yaml:2:11: import 'blueprint:db': a blueprint must be imported under a namespace: "
     "write 'NAMESPACE--blueprint:db'\n"},
    {MAIN("['a--blueprint:db', 'a--blueprint:disk']") FILE_("blueprints/db/blueprint.yaml", "")
         FILE_("blueprints/disk/blueprint.yaml", ""),
     "blueprint.yaml:2:30: import 'a--blueprint:disk': the namespace 'a' is that of blueprint "
     "'db' already\n"},
    {MAIN("['a--blueprint:none']"),
     "blueprint.yaml:2:11: import 'a--blueprint:none': there is no file "
     "'blueprints/none/blueprint.yaml'\n"},
    {MAIN("[ns--blueprint.yaml]"),
     "blueprint.yaml:2:11: import 'ns--blueprint.yaml': the file imports itself, each time in a "
     "further namespace\n"},
    {MAIN("[one.yaml]") FILE_("one.yaml", "imports: [ns--two.yaml]")
         FILE_("two.yaml", "imports: [one.yaml]"),
     "two.yaml:1:11: import 'one.yaml': the file imports itself, each time in a further "
     "namespace\n"},
    {MAIN("[part.yaml]") FILE_("part.yaml", "[a]"),
     "part.yaml:1:1: a blueprint must be a dict, not list\n"},
    {MAIN("[3, [a], {a: {}, b: {}}]"),
     "blueprint.yaml:2:11: an import must be a string, or a dict of a string and properties\n"
     "blueprint.yaml:2:14: an import must be a string, or a dict of a string and properties\n"
     "blueprint.yaml:2:19: an import with properties must be a dict with one key (write '- "
     "IMPORT: {property: value}')\n"},
    {MAIN("[part.yaml, {part.yaml: {}}]"), "blueprint.yaml:2:22: 'part.yaml' is imported twice\n"},
    {MAIN("[{part.yaml: [a]}]"),
     "blueprint.yaml:2:23: the properties of an import must be a dict, not a list\n"},
    {MAIN("[{part.yaml: {a: {b: c}}}]"),
     "blueprint.yaml:2:27: property 'a' of an import must be a string, a number, a boolean, a list "
     "or a function, not a dict\n"},
    {VERSION(4) "imports: [{part.yaml: {a: 1}}]\n",
     "blueprint.yaml:2:11: imports with properties are not supported in version cloudify_dsl_1_4, "
     "they were added in cloudify_dsl_1_5\n"},
    {MAIN("[{part.yaml: {regoin: a, size: a}}]")
         FILE_("part.yaml", "plugins: {p: {executor: central_deployment_agent, install: false, "
                            "properties: {region: {type: string}, size: {type: integer}}}}"),
     "blueprint.yaml:2:24: plugin 'p' has no property 'regoin' (did you mean 'region'?)\n"
     "blueprint.yaml:2:41: property 'size' of the plugin must be of type integer, not string\n"},
    {MAIN("[{part.yaml: {d: {get_input: a}, e: [1]}}]")
         FILE_("part.yaml", "plugins: {p: {executor: central_deployment_agent, install: false, "
                            "properties: {d: {type: dict}, e: {type: dict}}}}"),
     "blueprint.yaml:2:46: property 'e' of the plugin has the type 'dict': only string, integer, "
     "float, boolean and list can be given by an import\n"},
    {MAIN("['plugin:p']"),
     "blueprint.yaml:2:11: import 'plugin:p' is not found: tried 'plugins/p', 'installed/p'\n"},
    {MAIN("['plugin:p?version=>=2']") PLUGIN("plugins/p", "1.9"),
     "blueprint.yaml:2:11: import 'plugin:p?version=>=2': no plugin 'p' of version >=2 is found: "
     "tried 'plugins/p/plugin.yaml' (version 1.9), 'installed/p'\n"},
    {MAIN("['plugin:p?version= >=2 &version= <3']") PLUGIN("plugins/p", "1.9"),
     "blueprint.yaml:2:11: import 'plugin:p?version= >=2 &version= <3': no plugin 'p' of version "
     ">=2,<3 is found: tried 'plugins/p/plugin.yaml' (version 1.9), 'installed/p'\n"},
    {MAIN("['plugin:p?verison=1']"),
     "blueprint.yaml:2:11: import 'plugin:p?verison=1': unknown parameter 'verison' (known are "
     "'version' and 'distribution')\n"},
    {MAIN("['plugin:p?version=>=']"),
     "blueprint.yaml:2:11: import 'plugin:p?version=>=': wrong version '>=' (write it as "
     "'version=>=1.2,<2')\n"},
    {MAIN("['plugin:../p']"),
     "blueprint.yaml:2:11: import 'plugin:../p': not the name of a plugin: '../p'\n"},
    {MAIN("['file:///nowhere/a%20b.yaml']"),
     "blueprint.yaml:2:11: import 'file:///nowhere/a%20b.yaml': there is no file '/nowhere/a "
     "b.yaml'\n"},
    {VERSION(3) "imports: [part.yaml]\n" FILE_("part.yaml", VERSION(4)),
     "blueprint.yaml:2:11: import 'part.yaml' is of version cloudify_dsl_1_4, newer than the "
     "blueprint's cloudify_dsl_1_3\n"},
    {MAIN("[part.yaml]") FILE_("part.yaml", VERSION(9)),
     "part.yaml:1:28: unknown version 'cloudify_dsl_1_9' in 'tosca_definitions_version' (known are "
     "cloudify_dsl_1_0 to cloudify_dsl_1_5)\n"},
};

static void test_error(const struct error_row *row)
{
    struct strbuf text = STRBUF_INIT;
    struct plan *plan = bundle_parse(row->bundle, &text);
    bool ok = !plan && !strcmp(text.text, row->expected);
    CHECK(ok, "%s", row->expected);
    if (!ok)
        printf("# got: %s\n", text.text);
    plan_free(plan);
    strbuf_release(&text);
}

int main(void)
{
    for (size_t i = 0; i < sizeof found / sizeof *found; i++)
        test_found(&found[i]);
    for (size_t i = 0; i < sizeof plugins / sizeof *plugins; i++)
        test_plugin(&plugins[i]);
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        test_error(&errors[i]);
    return checks_done();
}
