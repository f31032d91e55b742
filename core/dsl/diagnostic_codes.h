/* diagnostic_codes.h - every kind of problem that dsl/ reports: identifier, stable id, number. */
#ifndef CLOUDIFY_DSL_DIAGNOSTIC_CODES_H
#define CLOUDIFY_DSL_DIAGNOSTIC_CODES_H

#include "dsl/diagnostics.h"

/* The numbers are those of dsl.md 13; 0 where the reference has none. */
#define DIAGNOSTIC_CODES(X)                                                                        \
    X(yaml_syntax, "yaml-syntax", -1)                                                              \
    X(limit, "limit", 0)                                                                           \
    X(no_memory, "no-memory", 0)                                                                   \
    X(unsupported, "unsupported", 0)                                                               \
    X(schema, "schema", 1)                                                                         \
    X(unknown_key, "unknown-key", 1)                                                               \
    X(key_not_string, "key-not-string", 1)                                                         \
    X(missing_key, "missing-key", 1)                                                               \
    X(label_kind, "label", 1)                                                                      \
    X(schedule_kind, "schedule-value", 1)                                                          \
    X(duplicate_import, "duplicate-import", 2)                                                     \
    X(section_conflict, "section-conflict", 3)                                                     \
    X(entry_conflict, "entry-conflict", 4)                                                         \
    X(unknown_node_type, "unknown-node-type", 7)                                                   \
    X(unresolved_operation, "unresolved-operation", 10)                                            \
    X(import_not_found, "import-not-found", 13)                                                    \
    X(plugin_executor, "plugin-executor", 18)                                                      \
    X(unresolved_relationship_operation, "unresolved-relationship-operation", 19)                  \
    X(unresolved_workflow, "unresolved-workflow", 21)                                              \
    X(relationship_to_self, "relationship-to-self", 23)                                            \
    X(host_agent_without_host, "host-agent-without-host", 24)                                      \
    X(unknown_target, "unknown-relationship-target", 25)                                           \
    X(unknown_relationship_type, "unknown-relationship-type", 26)                                  \
    X(version_missing, "version-missing", 27)                                                      \
    X(import_newer, "import-newer", 28)                                                            \
    X(operation_executor, "operation-executor", 28)                                                \
    X(unknown_version, "unknown-version", 29)                                                      \
    X(blueprint_not_found, "blueprint-not-found", 30)                                              \
    X(plugin_source, "plugin-source", 50)                                                          \
    X(script_given_twice, "script-given-twice", 60)                                                \
    X(no_script_plugin, "no-script-plugin", 61)                                                    \
    X(ambiguous_plugin, "ambiguous-plugin", 91)                                                    \
    X(circular, "circular-dependency", 100)                                                        \
    X(needs_version, "needs-newer-version", 102)                                                   \
    X(unknown_type, "unknown-type", 103)                                                           \
    X(type_name_reserved, "type-name-reserved", 104)                                               \
    X(wrong_type, "wrong-type", 105)                                                               \
    X(unknown_property, "unknown-property", 106)                                                   \
    X(missing_property, "missing-property", 107)                                                   \
    X(non_ascii, "non-ascii", 108)                                                                 \
    X(two_containers, "two-containers", 112)                                                       \
    X(unknown_member, "unknown-group-member", 40)                                                  \
    X(unknown_policy_type, "unknown-policy-type", 41)                                              \
    X(unknown_trigger_type, "unknown-trigger-type", 42)                                            \
    X(scaling_group_circle, "scaling-group-circle", 200)                                           \
    X(two_scaling_groups, "two-scaling-groups", 201)                                               \
    X(scaling_group_containment, "scaling-group-containment", 202)                                 \
    X(policy_type, "policy-type", 204)                                                             \
    X(policy_target, "policy-target", 205)                                                         \
    X(policy_without_targets, "policy-without-targets", 206)                                       \
    X(group_named_as_node, "group-named-as-node", 211)                                             \
    X(instance_count, "instance-count", 207)                                                       \
    X(instance_count_literal, "instance-count", 208)                                               \
    X(instances_given_twice, "instances-given-twice", 209)                                         \
    X(instance_count_function, "instance-count", 210)                                              \
    X(availability, "availability-rules", 103)                                                     \
    X(constraint_operator, "constraint", 103)                                                      \
    X(constraint_argument, "constraint", 212)                                                      \
    X(constraint_function, "constraint-function", 213)                                             \
    X(constraint_violated, "constraint-violated", 0)                                               \
    X(import_namespace, "import-namespace", 212)                                                   \
    X(import_without_namespace, "import-namespace", 213)                                           \
    X(import_namespace_taken, "import-namespace", 214)                                             \
    X(input_wrong_type, "input-wrong-type", 214)                                                   \
    X(hidden_input, "hidden-input", 215)                                                           \
    X(lifecycle_operation_missing, "lifecycle-operation", 215)                                     \
    X(lifecycle_operation_unknown, "lifecycle-operation", 216)                                     \
    X(display_type, "display-type", 216)                                                           \
    X(item_type_kind, "item-type", 217)                                                            \
    X(item_type_without_list, "item-type", 218)                                                    \
    X(external_resource_function, "external-resource-function", 219)                               \
    X(import_entry, "import-entry", 220)                                                           \
    X(import_properties, "import-properties", 221)                                                 \
    X(import_kind, "import-kind", 0)                                                               \
    X(import_circle, "import-circle", 0)                                                           \
    X(plugin_import, "plugin-import", 0)                                                           \
    X(repeated_key, "repeated-key", 0)                                                             \
    X(shadowed, "shadowed", 0)                                                                     \
    X(spelling, "spelling", 0)                                                                     \
    X(unused_input, "unused-input", 0)                                                             \
    X(unread_property, "unread-property", 0)                                                       \
    X(missing_function, "missing-function", 0)                                                     \
    X(script_mode, "script-mode", 0)                                                               \
    X(missing_input, "missing-input", 0)                                                           \
    X(unknown_input, "unknown-input", 0)                                                           \
    X(connection_type, "connection-type", 0)                                                       \
    X(all_to_one_in_group, "all-to-one-in-group", 0)                                               \
    X(all_to_one_state, "all-to-one-state", 0)                                                     \
    X(unsupported_relationship, "unsupported-relationship", 0)                                     \
    X(unknown_entity, "unknown-entity", 0)                                                         \
    X(schedule, "schedule", 0)                                                                     \
    X(label_value, "label-value", 0)                                                               \
    X(operation_number, "operation-number", 0)                                                     \
    X(function_arguments, "function-arguments", 0)                                                 \
    X(function_signature, "function-signature", 0)                                                 \
    X(function_scope, "function-scope", 0)                                                         \
    X(function_version, "function-version", 0)                                                     \
    X(function_evaluation, "function-evaluation", 0)                                               \
    X(function_recursion, "function-recursion", 0)                                                 \
    X(function_not_found, "function-not-found", 0)                                                 \
    X(input_evaluation, "input-evaluation", 0)                                                     \
    X(unknown_node, "unknown-node", 0)                                                             \
    X(unknown_system_entity, "unknown-system-entity", 0)                                           \
    X(unknown_system_property, "unknown-system-property", 0)                                       \
    X(unknown_secret, "unknown-secret", 0)                                                         \
    X(secrets_unsupported, "secrets-unsupported", 0)

#define DIAGNOSTIC_DECLARE(name, id, number) extern const struct diagnostic_code code_##name;
DIAGNOSTIC_CODES(DIAGNOSTIC_DECLARE)
#undef DIAGNOSTIC_DECLARE

#endif
