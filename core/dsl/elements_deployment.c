/* elements_deployment.c - plugins, workflows, outputs, labels and settings, as tables (dsl.md 8,
 * 9). */
#include <stddef.h>

#include "dsl/constraints.h"
#include "dsl/compiler.h"
#include "dsl/elements.h"
#include "dsl/settings.h"

static const struct element_field plugin_property_fields[] = {
    {.key = "type", .kinds = TAKES_STRING, .description = "a primitive type"},
    {.key = "description", .kinds = TAKES_STRING, .description = "what it is for"},
    {.key = "display_label", .kinds = TAKES_STRING, .description = "what an interface calls it"},
    {.key = "value", .kinds = TAKES_ANY, .description = "its value"},
    {0},
};
static const struct element element_plugin_property = {.name = "plugin property",
                                                       .fields = plugin_property_fields};

static const struct element_field plugin_fields[] = {
    {.key = "executor",
     .kinds = TAKES_STRING,
     .required = true,
     .description = "central_deployment_agent or host_agent"},
    {.key = "install", .kinds = TAKES_BOOLEAN, .description = "true unless given"},
    {.key = "source", .kinds = TAKES_STRING, .description = "a folder below plugins/"},
    {.key = "install_arguments",
     .kinds = TAKES_STRING,
     .since = 1,
     .description = "handed to the installer"},
    {.key = "package_name", .kinds = TAKES_STRING, .since = 2, .description = "its package"},
    {.key = "package_version",
     .kinds = TAKES_STRING,
     .since = 2,
     .description = "the version of its package"},
    {.key = "supported_platform",
     .kinds = TAKES_STRING,
     .since = 2,
     .description = "where it runs"},
    {.key = "distribution", .kinds = TAKES_STRING, .since = 2, .description = "where it runs"},
    {.key = "distribution_version",
     .kinds = TAKES_STRING,
     .since = 2,
     .description = "where it runs"},
    {.key = "distribution_release",
     .kinds = TAKES_STRING,
     .since = 2,
     .description = "where it runs"},
    {.key = "properties_description",
     .kinds = TAKES_STRING,
     .since = 5,
     .description = "what its properties are for"},
    {.key = "properties",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_plugin_property,
     .since = 5,
     .description = "its configuration"},
    {0},
};
const struct element element_plugin = {
    .name = "plugin", .needs_value = true, .fields = plugin_fields};

static const struct element_field parameter_fields[] = {
    {.key = "type",
     .namespace = NAMESPACE_TYPE,
     .kinds = TAKES_STRING,
     .description = "a primitive type or a data type"},
    {.key = "item_type",
     .namespace = NAMESPACE_TYPE,
     .kinds = TAKES_STRING,
     .since = 4,
     .description = "the primitive type of each item of a list"},
    {.key = "default", .kinds = TAKES_ANY, .description = "the value where none is given"},
    {.key = "required",
     .kinds = TAKES_BOOLEAN,
     .since = 2,
     .description = "whether a value must be given; true unless said otherwise"},
    {.key = "description", .kinds = TAKES_STRING, .description = "what it is for"},
    {.key = "constraints",
     .kinds = TAKES_LIST,
     .check = constraints_check_parameter,
     .description = "what a value must satisfy"},
    {0},
};
static const struct element element_parameter = {.name = "parameter", .fields = parameter_fields};

static const struct element_field availability_fields[] = {
    {.key = "available", .kinds = TAKES_BOOLEAN, .description = "whether it may run at all"},
    {.key = "node_instances_active",
     .kinds = TAKES_LIST,
     .shape = SHAPE_STRINGS,
     .check = instances_active_check,
     .description = "all, partial, none: how many instances must be started"},
    {.key = "node_types_required",
     .namespace = NAMESPACE_REFERS,
     .kinds = TAKES_LIST,
     .shape = SHAPE_STRINGS,
     .description = "types of which there must be a node"},
    {0},
};
static const struct element element_availability = {.name = "availability rules",
                                                    .fields = availability_fields};

static const struct element_field workflow_fields[] = {
    /* Required, but perhaps given by another file: see compile_workflows(). */
    {.key = "mapping",
     .namespace = NAMESPACE_CODE,
     .kinds = TAKES_STRING,
     .description = "PLUGIN.MODULE.FUNCTION"},
    {.key = "parameters",
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_parameter,
     .description = "the schemas of its parameters"},
    {.key = "is_cascading",
     .kinds = TAKES_BOOLEAN,
     .description = "whether it runs in service deployments too"},
    {.key = "availability_rules",
     .kinds = TAKES_MAP,
     .shape = SHAPE_ELEMENT,
     .since = 4,
     .element = &element_availability,
     .description = "when it may be run"},
    {0},
};
const struct element element_workflow = {
    .name = "workflow", .short_form = TAKES_STRING, .needs_value = true, .fields = workflow_fields};

static const struct element_field output_fields[] = {
    {.key = "value",
     .kinds = TAKES_ANY,
     .required = true,
     .description = "a value, with functions in it"},
    {.key = "description", .kinds = TAKES_STRING, .description = "what it is"},
    {0},
};
const struct element element_output = {
    .name = "output", .needs_value = true, .fields = output_fields};
const struct element element_capability = {
    .name = "capability", .needs_value = true, .fields = output_fields};

static const struct element_field label_fields[] = {
    {.key = "values",
     .kinds = TAKES_LIST,
     .required = true,
     .check = label_values_check,
     .description = "strings, or functions that give them"},
    {0},
};
const struct element element_label = {.name = "label", .needs_value = true, .fields = label_fields};
static const struct element_field blueprint_label_fields[] = {
    {.key = "values",
     .kinds = TAKES_LIST,
     .required = true,
     .check = blueprint_label_values_check,
     .description = "strings"},
    {0},
};
const struct element element_blueprint_label = {
    .name = "blueprint label", .needs_value = true, .fields = blueprint_label_fields};

static const struct element_field execution_arguments_fields[] = {
    {.key = "force", .kinds = TAKES_BOOLEAN, .description = "run while another one runs"},
    {.key = "is_dry_run", .kinds = TAKES_BOOLEAN, .description = "only show what would be done"},
    {.key = "allow_custom_parameters",
     .kinds = TAKES_BOOLEAN,
     .description = "whether parameters may be given that the workflow does not declare"},
    {.key = "wait_after_fail",
     .kinds = TAKES_INTEGER,
     .description = "seconds that what runs may go on after a failure"},
    {0},
};
static const struct element element_execution_arguments = {.name = "execution arguments",
                                                           .fields = execution_arguments_fields};
static const struct element_field schedule_fields[] = {
    {.key = "workflow", .kinds = TAKES_STRING, .required = true, .description = "what is run"},
    {.key = "since", .kinds = TAKES_STRING, .required = true, .description = "the first time"},
    {.key = "until", .kinds = TAKES_STRING, .description = "no later than this"},
    {.key = "recurrence", .kinds = TAKES_STRING, .description = "the time between two runs"},
    {.key = "timezone", .kinds = TAKES_STRING, .description = "of the times given here"},
    {.key = "execution_arguments",
     .kinds = TAKES_MAP,
     .shape = SHAPE_ELEMENT,
     .element = &element_execution_arguments,
     .description = "how it is run"},
    {.key = "workflow_parameters",
     .kinds = TAKES_MAP,
     .check = workflow_parameters_check,
     .description = "the workflow's parameters"},
    {.key = "weekdays",
     .kinds = TAKES_LIST,
     .shape = SHAPE_STRINGS,
     .check = weekdays_check,
     .description = "only on these days: su, mo, tu, we, th, fr, sa"},
    {.key = "count", .kinds = TAKES_INTEGER, .description = "how often at most"},
    {.key = "slip", .kinds = TAKES_INTEGER, .description = "minutes that it may be late"},
    {.key = "default_enabled", .kinds = TAKES_BOOLEAN, .description = "true unless given"},
    {.key = "stop_after_fail", .kinds = TAKES_BOOLEAN, .description = "end with a failure"},
    {0},
};
static const struct element element_schedule = {
    .name = "schedule", .needs_value = true, .fields = schedule_fields};
static const struct element_field deployment_settings_fields[] = {
    {.key = "default_schedules",
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_schedule,
     .description = "workflows that are run by the clock"},
    {.key = "default_groups", .kinds = TAKES_LIST, .description = "groups it becomes a member of"},
    {.key = "id_template", .kinds = TAKES_STRING, .description = "ids of a group's deployments"},
    {.key = "display_name",
     .kinds = TAKES_STRING | TAKES_MAP,
     .check = display_name_check,
     .description = "what a user interface calls it"},
    {0},
};
const struct element element_deployment_settings = {.name = "deployment settings",
                                                    .fields = deployment_settings_fields};
