/* settings.c - see settings.h. */
#include "dsl/settings.h"

#include <ctype.h>
#include <string.h>

#include "dsl/plan_internal.h"
#include "functions/functions.h"

static bool calls_get_attribute(const struct yaml_node *node)
{
    return yaml_kind(node) == YAML_MAP && yaml_count(node) == 1 && yaml_find(node, "get_attribute");
}

static bool check_label_value(struct compiler *c, const char *subject,
                              const struct yaml_node *value, const struct path *path,
                              bool takes_functions)
{
    if (yaml_kind(value) == YAML_STRING)
        return true;
    if (!takes_functions || yaml_kind(value) != YAML_MAP)
        return compiler_error(c, &code_label_kind, value, path, NULL,
                              "%s: a value must be a string%s", subject,
                              takes_functions ? " or a function" : "");
    return !calls_get_attribute(value) ||
           compiler_error(c, &code_label_kind, value, path, NULL,
                          "%s: a value must be known before there are instances: 'get_attribute' "
                          "cannot give it",
                          subject);
}

static bool check_label_values(struct compiler *c, const char *subject,
                               const struct yaml_node *values, const struct path *path,
                               bool takes_functions)
{
    bool ok = true;
    for (size_t i = 0; i < yaml_count(values); i++) {
        struct path below = {path, NULL, i};
        ok &= check_label_value(c, subject, yaml_item(values, i), &below, takes_functions);
    }
    return ok;
}

bool label_values_check(struct compiler *c, const char *subject, const struct yaml_node *values,
                        const struct path *path)
{
    return check_label_values(c, subject, values, path, true);
}

bool blueprint_label_values_check(struct compiler *c, const char *subject,
                                  const struct yaml_node *values, const struct path *path)
{
    return check_label_values(c, subject, values, path, false);
}

bool display_name_check(struct compiler *c, const char *subject, const struct yaml_node *value,
                        const struct path *path)
{
    json_t *given = compiler_json(c, value);
    bool ok = json_is_string(given) || function_is_call(given) ||
              compiler_error(c, &code_schema, value, path, NULL,
                             "%s: 'display_name' must be a string or a function", subject);
    json_decref(given);
    return ok;
}

/* Only the last two letters say which day it is; what stands before is for the scheduler. */
static bool is_weekday(const char *text)
{
    static const char days[] = "su mo tu we th fr sa";
    size_t length = strlen(text);
    if (length < 2 || !isalpha((unsigned char)text[length - 1]))
        return false;
    char day[3] = {(char)tolower((unsigned char)text[length - 2]),
                   (char)tolower((unsigned char)text[length - 1]), 0};
    return strstr(days, day) && day[0] != ' ';
}

bool weekdays_check(struct compiler *c, const char *subject, const struct yaml_node *days,
                    const struct path *path)
{
    bool ok = true;
    for (size_t i = 0; i < yaml_count(days); i++) {
        const struct yaml_node *day = yaml_item(days, i);
        struct path below = {path, NULL, i};
        if (!is_weekday(yaml_string(day)))
            ok = compiler_error(c, &code_schedule_kind, day, &below,
                                "the days are su, mo, tu, we, th, fr, sa",
                                "%s: '%s' is not a day of the week", subject, yaml_string(day));
    }
    return ok;
}

bool workflow_parameters_check(struct compiler *c, const char *subject,
                               const struct yaml_node *parameters, const struct path *path)
{
    bool found = calls_get_attribute(parameters);
    for (size_t i = 0; !found && i < yaml_count(parameters); i++)
        found = calls_get_attribute(yaml_value(parameters, i));
    return !found || compiler_error(c, &code_schedule_kind, parameters, path, NULL,
                                    "%s: parameters must be known before there are instances: "
                                    "'get_attribute' cannot give them",
                                    subject);
}

/* A section as it is written; empty entries only where they mean something. */
static json_t *compile_section(struct compiler *c, enum section which, bool keep_empty)
{
    const struct map *section = &c->sections[which];
    json_t *result = plan_keep(c->plan, json_object());
    for (size_t i = 0; result && i < section->count; i++) {
        const struct entry *entry = section->entries[i].value;
        if (!entry->value && !keep_empty)
            continue;
        if (json_object_set_new(result, entry->name, compiler_json(c, entry->value)))
            result = NULL;
    }
    if (!result)
        compiler_nomem(c);
    return result;
}

static bool has_settings(const struct compiler *c)
{
    for (size_t i = 0; i < c->document_count; i++) {
        if (field_of(c->documents[i]->root, "deployment_settings"))
            return true;
    }
    return false;
}

/* Where there are settings there are schedules, if only none. */
static bool compile_schedules(struct compiler *c)
{
    static const char key[] = "default_schedules";
    const struct entry *entry = compiler_entry(c, SECTION_DEPLOYMENT_SETTINGS, key);
    if (!has_settings(c))
        return true;
    json_t *schedules = entry && entry->value ? schedules_compile(c, entry->value) : json_object();
    return schedules && !json_object_set_new(c->plan->deployment_settings, key, schedules);
}

bool compile_settings(struct compiler *c)
{
    struct plan *plan = c->plan;
    plan->labels = compile_section(c, SECTION_LABELS, true);
    plan->blueprint_labels = compile_section(c, SECTION_BLUEPRINT_LABELS, true);
    plan->resource_tags = compile_section(c, SECTION_RESOURCE_TAGS, true);
    plan->deployment_settings = compile_section(c, SECTION_DEPLOYMENT_SETTINGS, false);
    return plan->labels && plan->blueprint_labels && plan->resource_tags &&
           plan->deployment_settings && compile_schedules(c);
}
