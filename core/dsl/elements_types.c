/* elements_types.c - data types, node types, relationship types, and what they hold, as tables
 * (dsl.md 3 to 5). */
#include <stddef.h>

#include "dsl/constraints.h"
#include "dsl/elements.h"
#include "dsl/interfaces.h"

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
const struct element element_property = {.name = "property", .fields = property_fields};

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
const struct element element_input = {.name = "input", .fields = input_fields};

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
const struct element element_data_type = {.name = "data type", .fields = data_type_fields};

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
static const struct element element_type_operation = {.name = "operation",
                                                      .schema_name = "operation_of_type",
                                                      .short_form = TAKES_STRING,
                                                      .fields = type_operation_fields};

static const struct element_field template_operation_fields[] = {
    OPERATION_FIELDS{
        .key = "inputs", .kinds = TAKES_MAP, .description = "the values of its inputs"},
    {0},
};
static const struct element element_template_operation = {
    .name = "operation", .short_form = TAKES_STRING, .fields = template_operation_fields};

static const struct element element_type_interface = {
    .name = "interface", .schema_name = "interface_of_type", .entries = &element_type_operation};
const struct element element_template_interface = {.name = "interface",
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
const struct element element_node_type = {.name = "node type", .fields = node_type_fields};

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
const struct element element_relationship_type = {.name = "relationship type",
                                                  .fields = relationship_type_fields};
