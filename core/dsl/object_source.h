/* object_source.h - what values of object types name: nodes, deployments, secrets ... and who knows
 * whether there is such a thing (dsl.md 3). */
#ifndef CLOUDIFY_DSL_OBJECT_SOURCE_H
#define CLOUDIFY_DSL_OBJECT_SOURCE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

/* Handed in by the layer that has a store; dsl/ itself only knows the plan. */
struct object_source {
    void *data;
    bool has_deployment; /* what is looked up belongs to one deployment unless said otherwise */
    bool has_blueprint;  /* or to one blueprint */
    /**
     * Whether `value` names an object of `type` that fulfils `constraints`: an object of those
     * that only a look-up can test (filter_id, labels, tenants, name_pattern, deployment_id,
     * valid_values), by their names, or NULL.
     *
     * @return false with `err` unset: there is none
     */
    bool (*has)(void *data, const char *type, const json_t *value, const json_t *constraints,
                struct error *err);
};

/** Whether `name` fits `name_pattern` and `valid_values` of constraints as has() gets them. */
bool object_name_fits(const json_t *constraints, const char *name);

struct plan;
/**
 * A source for what a plan itself has: its nodes, their types, its scaling groups and operations.
 * Of everything else there is none in it; with a `deployment_id` an error says so.
 */
struct object_source plan_object_source(const struct plan *plan);

#endif
