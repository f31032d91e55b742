/* elements.h - the elements that stand in the tables of other files; private to the tables. */
#ifndef CLOUDIFY_DSL_ELEMENTS_H
#define CLOUDIFY_DSL_ELEMENTS_H

#include "dsl/element.h"

/* elements_types.c */
extern const struct element element_property, element_input, element_data_type, element_node_type,
    element_relationship_type, element_template_interface;
/* elements_topology.c */
extern const struct element element_node_template, element_group, element_policy,
    element_policy_type, element_policy_trigger;
/* elements_deployment.c */
extern const struct element element_plugin, element_workflow, element_output, element_capability,
    element_label, element_blueprint_label, element_deployment_settings;

#endif
