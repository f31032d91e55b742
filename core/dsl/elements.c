/* elements.c - the elements of the language, as tables (dsl.md 2.1, 3, 4.2, 5, 6, 8, 9). */
#include <stddef.h>

#include "dsl/constraints.h"
#include "dsl/compiler.h"
#include "dsl/element.h"
#include "dsl/interfaces.h"
#include "dsl/settings.h"

static const struct element_field property_fields[] = {
    {.key = "type",
     .namespace = NAMESPACE_TYPE,
     .kinds = TAKES_STRING,
     .description = "a primitive type or a data type"},
    {.key = "default", .kinds = TAKES_ANY, .description = "the value where none is given"},
    {.key = "required",
     .kinds = TAKES_BOOLEAN,
     .since = 2,
     .description = "whether a value must be there; true unless given"},
    {.key = "description", .kinds = TAKES_STRING, .description = "what it is for"},
    {0},
};
static const struct element element_property = {.name = "property", .fields = property_fields};

static const struct element_field display_fields[] = {
    {.key = "rows",
     .kinds = TAKES_INTEGER,
     .description = "how many lines of text it has room for"},
    {0},
};
static const struct element element_display = {.name = "display", .fields = display_fields};

static const struct element_field input_fields[] = {
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
    {.key = "display_label",
     .kinds = TAKES_STRING,
     .since = 3,
     .description = "what a user interface calls it"},
    {.key = "hidden",
     .kinds = TAKES_BOOLEAN,
     .since = 3,
     .description = "whether a user interface leaves it out"},
    {.key = "display",
     .kinds = TAKES_MAP,
     .shape = SHAPE_ELEMENT,
     .element = &element_display,
     .description = "how a user interface shows it"},
    {.key = "constraints",
     .kinds = TAKES_LIST,
     .check = constraints_check,
     .description = "what a value must satisfy"},
    {0},
};
static const struct element element_input = {.name = "input", .fields = input_fields};

static const struct element_field data_type_fields[] = {
    {.key = "derived_from",
     .namespace = NAMESPACE_REFERS,
     .kinds = TAKES_STRING,
     .description = "the data type it extends"},
    {.key = "properties",
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_property,
     .description = "the keys of its values"},
    {.key = "description", .kinds = TAKES_STRING, .description = "what it is for"},
    {.key = "version", .kinds = TAKES_STRING, .description = "its own version"},
    {0},
};
static const struct element element_data_type = {.name = "data type", .fields = data_type_fields};

#define OPERATION_FIELDS                                                                           \
    {.key = "implementation",                                                                      \
     .namespace = NAMESPACE_CODE,                                                                  \
     .kinds = TAKES_STRING,                                                                        \
     .description = "PLUGIN.MODULE.FUNCTION, or a script"},                                        \
        {.key = "executor",                                                                        \
         .kinds = TAKES_STRING,                                                                    \
         .check = operation_executor_check,                                                        \
         .description = "central_deployment_agent or host_agent"},                                 \
        {.key = "max_retries",                                                                     \
         .kinds = TAKES_INTEGER,                                                                   \
         .since = 1,                                                                               \
         .check = operation_retries_check,                                                         \
         .description = "how often a failed run is repeated; -1: without limit"},                  \
        {.key = "retry_interval",                                                                  \
         .kinds = TAKES_NUMBER,                                                                    \
         .since = 1,                                                                               \
         .check = operation_duration_check,                                                        \
         .description = "seconds between two runs"},                                               \
        {.key = "timeout",                                                                         \
         .kinds = TAKES_NUMBER,                                                                    \
         .check = operation_duration_check,                                                        \
         .description = "seconds that one run may take"},                                          \
        {.key = "timeout_recoverable",                                                             \
         .kinds = TAKES_BOOLEAN,                                                                   \
         .description = "whether a run that took too long is repeated"},

static const struct element_field type_operation_fields[] = {
    OPERATION_FIELDS{.key = "inputs",
                     .kinds = TAKES_MAP,
                     .shape = SHAPE_NAMED,
                     .element = &element_input,
                     .description = "the schemas of its inputs"},
    {0},
};
static const struct element element_type_operation = {
    .name = "operation", .short_form = TAKES_STRING, .fields = type_operation_fields};

static const struct element_field template_operation_fields[] = {
    OPERATION_FIELDS{
        .key = "inputs", .kinds = TAKES_MAP, .description = "the values of its inputs"},
    {0},
};
static const struct element element_template_operation = {
    .name = "operation", .short_form = TAKES_STRING, .fields = template_operation_fields};

static const struct element element_type_interface = {.name = "interface",
                                                      .entries = &element_type_operation};
static const struct element element_template_interface = {.name = "interface",
                                                          .entries = &element_template_operation};

static const struct element_field node_type_fields[] = {
    {.key = "derived_from",
     .namespace = NAMESPACE_REFERS,
     .kinds = TAKES_STRING,
     .description = "the node type it extends"},
    {.key = "properties",
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_property,
     .description = "what a node template of this type may set"},
    {.key = "interfaces",
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_type_interface,
     .description = "its operations, by interface"},
    {.key = "runtime_properties",
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_property,
     .description = "what its operations leave in an instance"},
    {0},
};
static const struct element element_node_type = {.name = "node type", .fields = node_type_fields};

static const struct element_field relationship_type_fields[] = {
    {.key = "derived_from",
     .namespace = NAMESPACE_REFERS,
     .kinds = TAKES_STRING,
     .description = "the relationship type it extends"},
    {.key = "properties",
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_property,
     .description = "what a relationship of this type may set"},
    {.key = "source_interfaces",
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_type_interface,
     .description = "operations run for the source"},
    {.key = "target_interfaces",
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_type_interface,
     .description = "operations run for the target"},
    {0},
};
static const struct element element_relationship_type = {.name = "relationship type",
                                                         .fields = relationship_type_fields};

static const struct element_field relationship_fields[] = {
    {.key = "type",
     .namespace = NAMESPACE_REFERS,
     .kinds = TAKES_STRING,
     .required = true,
     .description = "a relationship type"},
    {.key = "target",
     .namespace = NAMESPACE_REFERS,
     .kinds = TAKES_STRING,
     .required = true,
     .description = "a node template"},
    {.key = "properties", .kinds = TAKES_MAP, .description = "values of the type's properties"},
    {.key = "source_interfaces",
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_template_interface,
     .description = "operations run for the source"},
    {.key = "target_interfaces",
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_template_interface,
     .description = "operations run for the target"},
    {0},
};
static const struct element element_relationship = {
    .name = "relationship", .needs_value = true, .fields = relationship_fields};

static const struct element_field scalable_properties_fields[] = {
    {.key = "default_instances",
     .kinds = TAKES_INTEGER | TAKES_MAP,
     .description = "how many instances are made; 1 unless given"},
    {.key = "min_instances", .kinds = TAKES_INTEGER | TAKES_MAP, .description = "at least"},
    {.key = "max_instances",
     .kinds = TAKES_INTEGER | TAKES_STRING | TAKES_MAP,
     .description = "at most; -1 or UNBOUNDED: any number"},
    {0},
};
static const struct element element_scalable_properties = {.name = "scalable properties",
                                                           .fields = scalable_properties_fields};
static const struct element_field scalable_fields[] = {
    {.key = "properties",
     .kinds = TAKES_MAP,
     .shape = SHAPE_ELEMENT,
     .element = &element_scalable_properties,
     .description = "numbers of instances"},
    {0},
};
static const struct element element_scalable = {.name = "scalable", .fields = scalable_fields};
static const struct element_field node_capabilities_fields[] = {
    {.key = "scalable",
     .kinds = TAKES_MAP,
     .shape = SHAPE_ELEMENT,
     .element = &element_scalable,
     .description = "how many instances there are"},
    {0},
};
static const struct element element_node_capabilities = {.name = "capabilities",
                                                         .fields = node_capabilities_fields};
static const struct element_field node_instances_fields[] = {
    {.key = "deploy",
     .kinds = TAKES_INTEGER,
     .required = true,
     .description = "how many instances are made"},
    {0},
};
static const struct element element_node_instances = {.name = "instances",
                                                      .fields = node_instances_fields};

static const struct element_field node_template_fields[] = {
    /* Required, but perhaps given by another file: see compile_nodes(). */
    {.key = "type",
     .namespace = NAMESPACE_REFERS,
     .kinds = TAKES_STRING,
     .description = "a node type"},
    {.key = "properties", .kinds = TAKES_MAP, .description = "values of the type's properties"},
    {.key = "interfaces",
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_template_interface,
     .description = "operations, by interface"},
    {.key = "relationships",
     .kinds = TAKES_LIST,
     .shape = SHAPE_LIST,
     .element = &element_relationship,
     .description = "how it depends on other nodes"},
    {.key = "capabilities",
     .kinds = TAKES_MAP,
     .shape = SHAPE_ELEMENT,
     .since = 3,
     .element = &element_node_capabilities,
     .description = "how it scales"},
    {.key = "instances",
     .kinds = TAKES_MAP,
     .shape = SHAPE_ELEMENT,
     .element = &element_node_instances,
     .description = "older form of capabilities"},
    {0},
};
static const struct element element_node_template = {
    .name = "node template", .needs_value = true, .fields = node_template_fields};

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
static const struct element element_plugin = {
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
static const struct element element_workflow = {
    .name = "workflow", .short_form = TAKES_STRING, .needs_value = true, .fields = workflow_fields};

static const struct element_field output_fields[] = {
    {.key = "value",
     .kinds = TAKES_ANY,
     .required = true,
     .description = "a value, with functions in it"},
    {.key = "description", .kinds = TAKES_STRING, .description = "what it is"},
    {0},
};
static const struct element element_output = {
    .name = "output", .needs_value = true, .fields = output_fields};
static const struct element element_capability = {
    .name = "capability", .needs_value = true, .fields = output_fields};

static const struct element_field policy_type_fields[] = {
    {.key = "source", .kinds = TAKES_STRING, .required = true, .description = "its code"},
    {.key = "properties",
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_property,
     .description = "what a policy of this type may set"},
    {0},
};
static const struct element element_policy_type = {
    .name = "policy type", .needs_value = true, .fields = policy_type_fields};

static const struct element_field policy_trigger_fields[] = {
    {.key = "source", .kinds = TAKES_STRING, .required = true, .description = "its code"},
    {.key = "parameters",
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_property,
     .description = "what a trigger of this type may set"},
    {0},
};
static const struct element element_policy_trigger = {
    .name = "policy trigger", .needs_value = true, .fields = policy_trigger_fields};

static const struct element_field group_trigger_fields[] = {
    {.key = "type",
     .namespace = NAMESPACE_REFERS,
     .kinds = TAKES_STRING,
     .required = true,
     .description = "a policy trigger"},
    {.key = "parameters", .kinds = TAKES_MAP, .description = "values of its parameters"},
    {0},
};
static const struct element element_group_trigger = {
    .name = "trigger", .needs_value = true, .fields = group_trigger_fields};

static const struct element_field group_policy_fields[] = {
    {.key = "type",
     .namespace = NAMESPACE_REFERS,
     .kinds = TAKES_STRING,
     .required = true,
     .description = "a policy type"},
    {.key = "properties", .kinds = TAKES_MAP, .description = "values of its properties"},
    {.key = "triggers",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_group_trigger,
     .description = "what happens when the policy finds something"},
    {0},
};
static const struct element element_group_policy = {
    .name = "group policy", .needs_value = true, .fields = group_policy_fields};

static const struct element_field group_fields[] = {
    {.key = "members",
     .namespace = NAMESPACE_REFERS,
     .kinds = TAKES_LIST,
     .shape = SHAPE_STRINGS,
     .required = true,
     .description = "node templates and other groups"},
    {.key = "policies",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_group_policy,
     .description = "what watches over the members"},
    {0},
};
static const struct element element_group = {
    .name = "group", .needs_value = true, .fields = group_fields};

static const struct element_field policy_fields[] = {
    {.key = "type",
     .namespace = NAMESPACE_REFERS,
     .kinds = TAKES_STRING,
     .required = true,
     .description = "cloudify.policies.scaling"},
    {.key = "targets",
     .namespace = NAMESPACE_REFERS,
     .kinds = TAKES_LIST,
     .shape = SHAPE_STRINGS,
     .required = true,
     .description = "groups"},
    {.key = "properties",
     .kinds = TAKES_MAP,
     .shape = SHAPE_ELEMENT,
     .element = &element_scalable_properties,
     .description = "how many instances of each target there are"},
    {0},
};
static const struct element element_policy = {
    .name = "policy", .needs_value = true, .fields = policy_fields};

static const struct element_field label_fields[] = {
    {.key = "values",
     .kinds = TAKES_LIST,
     .required = true,
     .check = label_values_check,
     .description = "strings, or functions that give them"},
    {0},
};
static const struct element element_label = {
    .name = "label", .needs_value = true, .fields = label_fields};
static const struct element_field blueprint_label_fields[] = {
    {.key = "values",
     .kinds = TAKES_LIST,
     .required = true,
     .check = blueprint_label_values_check,
     .description = "strings"},
    {0},
};
static const struct element element_blueprint_label = {
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
static const struct element element_deployment_settings = {.name = "deployment settings",
                                                           .fields = deployment_settings_fields};

static const struct element_field blueprint_fields[] = {
    {.key = "tosca_definitions_version",
     .kinds = TAKES_STRING,
     .description = "the version of the language"},
    {.key = "description", .kinds = TAKES_STRING, .since = 2, .description = "what it is for"},
    {.key = "metadata",
     .namespace = NAMESPACE_NOTHING,
     .kinds = TAKES_MAP,
     .description = "for other tools"},
    {.key = "imports", .kinds = TAKES_LIST, .description = "files merged into this one"},
    {.key = "dsl_definitions",
     .namespace = NAMESPACE_NOTHING,
     .kinds = TAKES_MAP | TAKES_LIST,
     .since = 2,
     .since_late = true,
     .description = "a place for anchors"},
    {.key = "inputs",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_input,
     .description = "what a deployment is given"},
    {.key = "data_types",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .since = 2,
     .since_late = true,
     .element = &element_data_type,
     .description = "types of structured values"},
    {.key = "plugins",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_plugin,
     .description = "where the code of operations is"},
    {.key = "node_types",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_node_type,
     .description = "types of node templates"},
    {.key = "relationships",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_relationship_type,
     .description = "types of relationships"},
    {.key = "node_templates",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_node_template,
     .description = "what is deployed"},
    {.key = "workflows",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_workflow,
     .description = "what can be done with a deployment"},
    {.key = "outputs",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_output,
     .description = "what a deployment tells its user"},
    {.key = "capabilities",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_capability,
     .description = "what it tells other deployments"},
    {.key = "policy_types",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_policy_type,
     .description = "types of group policies"},
    {.key = "policy_triggers",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_policy_trigger,
     .description = "types of triggers"},
    {.key = "groups",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_group,
     .description = "nodes that belong together"},
    {.key = "policies",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_policy,
     .since = 3,
     .description = "how groups scale"},
    {.key = "labels",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_label,
     .description = "labels of a deployment"},
    {.key = "blueprint_labels",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_blueprint_label,
     .description = "labels of the blueprint"},
    {.key = "resource_tags",
     .namespace = NAMESPACE_NAMES,
     .kinds = TAKES_MAP,
     .since = 3,
     .description = "tags that plugins put on what they make"},
    {.key = "deployment_settings",
     .kinds = TAKES_MAP,
     .shape = SHAPE_ELEMENT,
     .element = &element_deployment_settings,
     .description = "how a deployment is made"},
    /* What is here when a file was merged out of several by another tool. */
    {.key = "imported_blueprints",
     .kinds = TAKES_LIST,
     .shape = SHAPE_STRINGS,
     .namespace = NAMESPACE_NOTHING,
     .description = "ids of the blueprints that went into this one"},
    {.key = "namespaces_mapping",
     .kinds = TAKES_MAP,
     .namespace = NAMESPACE_NAMES,
     .description = "the namespace of each of them"},
    {0},
};
const struct element element_blueprint = {.name = "blueprint", .fields = blueprint_fields};
