/* settings.h - labels, tags and settings of a deployment (dsl.md 9); private to dsl/. */
#ifndef CLOUDIFY_DSL_SETTINGS_H
#define CLOUDIFY_DSL_SETTINGS_H

#include <stdbool.h>

#include "dsl/compiler.h"

/* Checks for the tables of elements; each reports, and returns whether all is well. */
bool label_values_check(struct compiler *c, const char *subject, const struct yaml_node *values,
                        const struct path *path);
bool blueprint_label_values_check(struct compiler *c, const char *subject,
                                  const struct yaml_node *values, const struct path *path);
bool display_name_check(struct compiler *c, const char *subject, const struct yaml_node *value,
                        const struct path *path);
bool weekdays_check(struct compiler *c, const char *subject, const struct yaml_node *days,
                    const struct path *path);
bool workflow_parameters_check(struct compiler *c, const char *subject,
                               const struct yaml_node *parameters, const struct path *path);

/** Fill the plan's labels, tags and settings. @return whether there was no error */
bool compile_settings(struct compiler *c);

/* schedules.c */

/**
 * The schedules of a deployment with absolute times in UTC; new, or NULL: reported.
 *
 * @param schedules name -> schedule, checked against the tables
 */
json_t *schedules_compile(struct compiler *c, const struct yaml_node *schedules);

#endif
