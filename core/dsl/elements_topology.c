/* elements_topology.c - node templates, groups and policies, as tables (dsl.md 6, 7). */
#include <stddef.h>

#include "dsl/elements.h"

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
const struct element element_node_template = {
    .name = "node template", .needs_value = true, .fields = node_template_fields};

static const struct element_field policy_type_fields[] = {
    {.key = "source", .kinds = TAKES_STRING, .required = true, .description = "its code"},
    {.key = "properties",
     .kinds = TAKES_MAP,
     .shape = SHAPE_NAMED,
     .element = &element_property,
     .description = "what a policy of this type may set"},
    {0},
};
const struct element element_policy_type = {
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
const struct element element_policy_trigger = {
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
const struct element element_group = {.name = "group", .needs_value = true, .fields = group_fields};

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
const struct element element_policy = {
    .name = "policy", .needs_value = true, .fields = policy_fields};
