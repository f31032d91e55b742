/* declarations.c - plugins, inputs, workflows, outputs (compiler.h). */
#include <string.h>

#include "base/json.h"
#include "dsl/constraints.h"
#include "dsl/imports.h"
#include "dsl/input_schemas.h"
#include "dsl/operations.h"
#include "dsl/plan_internal.h"
#include "dsl/types.h"
#include "dsl/values.h"

static const char workflow_script[] = "script_runner.tasks.execute_workflow";

/* plugins */

static json_t *plugin_record(struct compiler *c, const struct entry *entry)
{
    static const char *const texts[] = {"executor",
                                        "source",
                                        "package_name",
                                        "package_version",
                                        "supported_platform",
                                        "distribution",
                                        "distribution_version",
                                        "distribution_release",
                                        "install_arguments",
                                        "properties_description"};
    json_t *record = json_pack("{s:s, s:b, s:o*}", "name", entry->name, "install",
                               field_boolean(entry->value, "install", true), "properties",
                               import_plugin_properties(c, entry));
    for (size_t i = 0; record && i < sizeof texts / sizeof *texts; i++) {
        const char *text = field_string(entry->value, texts[i], NULL);
        if (json_object_set_new(record, texts[i], text ? json_string(text) : json_null())) {
            json_decref(record);
            record = NULL;
        }
    }
    if (!record)
        compiler_nomem(c);
    return record;
}

static bool check_plugin(struct compiler *c, const struct entry *entry)
{
    struct path section = {NULL, "plugins", 0}, path = {&section, entry->name, 0},
                below = {&path, "executor", 0};
    const char *executor = field_string(entry->value, "executor", "");
    if (strcmp(executor, "central_deployment_agent") && strcmp(executor, "host_agent"))
        return compiler_error(c, &code_plugin_executor, field_of(entry->value, "executor"), &below,
                              NULL,
                              "plugin '%s': executor '%s' is neither 'central_deployment_agent' "
                              "nor 'host_agent'",
                              entry->name, executor);
    if (field_boolean(entry->value, "install", true) && !field_of(entry->value, "source") &&
        !field_of(entry->value, "package_name"))
        return compiler_error(c, &code_plugin_source, entry->at, &path, "or say 'install: false'",
                              "plugin '%s': it needs a 'source' or a 'package_name'", entry->name);
    return true;
}

/* The code of a plugin is where its declaration was found. */
static bool set_place(struct compiler *c, const struct entry *entry, struct plan_plugin *plugin)
{
    const struct plugin_place *place = entry->document->source->place;
    if (!place)
        return true;
    plugin->place = (struct plugin_place){
        .kind = place->kind,
        .folder = plan_text(c->plan, place->folder),
        .package_name = place->package_name ? plan_text(c->plan, place->package_name) : NULL,
        .package_version =
            place->package_version ? plan_text(c->plan, place->package_version) : NULL,
    };
    return plugin->place.folder;
}

static bool compile_plugin(struct compiler *c, const struct entry *entry,
                           struct plan_plugin *plugin)
{
    if (!check_plugin(c, entry))
        return false;
    json_t *record = plugin_record(c, entry);
    return (record && plan_keep(c->plan, record) && plan_plugin_read(plugin, record) &&
            set_place(c, entry, plugin) && map_set(&c->plugins, plugin->name, plugin)) ||
           compiler_nomem(c);
}

bool compile_plugins(struct compiler *c)
{
    const struct map *section = &c->sections[SECTION_PLUGINS];
    bool ok = true;
    c->plan->plugins = plan_alloc(c->plan, section->count * sizeof *c->plan->plugins);
    if (!c->plan->plugins)
        return compiler_nomem(c);
    for (size_t i = 0; i < section->count; i++)
        ok &= compile_plugin(c, section->entries[i].value,
                             &c->plan->plugins[c->plan->plugin_count++]);
    return ok;
}

/* inputs and parameters */

/* Only inputs: the defaults of parameters are tested when they are used (dsl.md 0). */
static bool test_default(struct compiler *c, const char *subject, const struct entry *entry,
                         const json_t *schema, const struct path *path)
{
    const json_t *value = json_object_get(schema, "default");
    struct path below = {path, "default", 0};
    struct strbuf why = STRBUF_INIT;
    bool tested =
        value && !json_is_null(value) && !(c->options && c->options->keep_invalid_defaults);
    const struct diagnostic_code *code =
        tested ? constraints_test(schema, value, NULL, &why) : NULL;
    if (code)
        compiler_error(c, code, field_of(entry->value, "default"), &below, NULL,
                       "%s: its default %s", subject, why.text);
    strbuf_release(&why);
    return !code;
}

bool compile_inputs(struct compiler *c)
{
    const struct map *section = &c->sections[SECTION_INPUTS];
    struct path above = {NULL, "inputs", 0};
    bool ok = true;
    json_t *schemas = plan_keep(c->plan, json_object());
    for (size_t i = 0; schemas && i < section->count; i++) {
        const struct entry *entry = section->entries[i].value;
        struct path path = {&above, entry->name, 0};
        const char *subject = compiler_subject(c, "input", entry->name);
        json_t *schema = input_schema_compile(c, subject, entry->at, entry->value, &path);
        ok &= schema && test_default(c, subject, entry, schema, &path) &&
              !json_object_set(schemas, entry->name, schema);
        json_decref(schema);
    }
    c->plan->inputs = c->plan->input_schemas = schemas;
    return schemas ? ok : compiler_nomem(c);
}

/* workflows */

/* The script that a workflow runs is one more parameter, with a default. */
static bool add_script_parameter(struct compiler *c, const char *key, const char *script,
                                 json_t *parameters)
{
    if (!key)
        return true;
    json_t *schema = json_pack("{s:s, s:s}", "default", script, "description",
                               "Workflow script executed by the script plugin");
    return !json_object_set_new(parameters, key, schema) || compiler_nomem(c);
}

bool instances_active_check(struct compiler *c, const char *subject, const struct yaml_node *values,
                            const struct path *path)
{
    bool ok = true;
    for (size_t i = 0; i < yaml_count(values); i++) {
        const char *text = yaml_string(yaml_item(values, i));
        struct path below = {path, NULL, i};
        if (strcmp(text, "all") && strcmp(text, "partial") && strcmp(text, "none"))
            ok = compiler_error(c, &code_availability, yaml_item(values, i), &below, NULL,
                                "%s: 'node_instances_active' takes all, partial and none, not '%s'",
                                subject, text);
    }
    return ok;
}

static bool compile_workflow(struct compiler *c, const struct entry *entry,
                             struct plan_workflow *workflow)
{
    struct path section = {NULL, "workflows", 0}, path = {&section, entry->name, 0},
                below = {&path, "parameters", 0};
    const char *subject = compiler_subject(c, "workflow", entry->name);
    bool is_short = yaml_kind(entry->value) == YAML_STRING;
    const struct yaml_node *mapped = is_short ? entry->value : entry_field(entry, "mapping");
    const char *mapping = mapped ? yaml_string(mapped) : "";
    const struct yaml_node *rules = entry_field(entry, "availability_rules");
    const struct yaml_node *cascading = entry_field(entry, "is_cascading");
    struct implementation found;
    if (!mapped)
        return compiler_error(c, &code_missing_key, entry->value, &path, NULL,
                              "%s: 'mapping' is missing", subject);
    if (!*mapping)
        return compiler_error(c, &code_schema, entry->at, &path, NULL, "%s: 'mapping' is empty",
                              subject);
    json_t *parameters =
        input_schemas_compile(c, subject, "parameter", entry_field(entry, "parameters"), &below);
    if (!parameters ||
        !implementation_find(c, mapping, workflow_script, parameters, &code_unresolved_workflow,
                             subject, mapped, &path, &found) ||
        !add_script_parameter(c, found.script_key, found.script, parameters))
        return false;
    *workflow = (struct plan_workflow){
        .name = plan_text(c->plan, entry->name),
        .plugin = found.plugin,
        .function = plan_text(c->plan, found.function),
        .parameters = parameters,
        .is_cascading = cascading && yaml_boolean(cascading),
        .availability_rules = rules ? plan_keep(c->plan, compiler_json(c, rules)) : NULL,
    };
    return (workflow->name && workflow->function) || compiler_nomem(c);
}

bool compile_workflows(struct compiler *c)
{
    const struct map *section = &c->sections[SECTION_WORKFLOWS];
    bool ok = true;
    c->plan->workflows = plan_alloc(c->plan, section->count * sizeof *c->plan->workflows);
    if (!c->plan->workflows)
        return compiler_nomem(c);
    for (size_t i = 0; i < section->count; i++)
        ok &= compile_workflow(c, section->entries[i].value,
                               &c->plan->workflows[c->plan->workflow_count++]);
    return ok;
}

/* outputs and capabilities */

static json_t *compile_named(struct compiler *c, enum section which)
{
    const struct map *section = &c->sections[which];
    json_t *result = json_object();
    for (size_t i = 0; result && i < section->count; i++) {
        const struct entry *entry = section->entries[i].value;
        if (json_object_set_new(result, entry->name, compiler_json(c, entry->value))) {
            json_decref(result);
            result = NULL;
        }
    }
    return result ? plan_keep(c->plan, result) : NULL;
}

bool compile_outputs(struct compiler *c)
{
    c->plan->outputs = compile_named(c, SECTION_OUTPUTS);
    c->plan->capabilities = compile_named(c, SECTION_CAPABILITIES);
    return (c->plan->outputs && c->plan->capabilities) || compiler_nomem(c);
}
