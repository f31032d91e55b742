/* values.h - values against property schemas and data types (dsl.md 4), before and after the
 * blueprint is compiled. Private to dsl/. */
#ifndef CLOUDIFY_DSL_VALUES_H
#define CLOUDIFY_DSL_VALUES_H

#include <jansson.h>
#include <stdbool.h>

#include "dsl/diagnostics.h"
#include "base/suggest.h"
#include "dsl/element.h"

struct value_rules {
    const json_t
        *data_types; /* name -> {properties: schemas}, each complete with what it inherits */
    bool partial;    /* a missing key is no error: defaults of types (dsl.md 4.3) */
    const struct diagnostic_code *wrong_type; /* code for a value of the wrong type */
    void *data;                               /* for the next two */
    /**
     * Whether a value of a data type with `count` properties may be made at `path`; else it is
     * reported. NULL: any number may.
     */
    bool (*charge)(void *data, size_t count, const struct path *path);
    void (*report)(void *data, const struct diagnostic_code *code, const struct path *path,
                   const char *hint, const char *message);
};

/* Where the objects that values of a type name are looked up (dsl.md 3). */
enum object_scope {
    NO_OBJECT,
    OBJECT_OF_TENANT,     /* blueprints, deployments, secrets */
    OBJECT_OF_BLUEPRINT,  /* nodes ... of a blueprint or a deployment */
    OBJECT_OF_DEPLOYMENT, /* instances, values of capabilities */
};

/** Whether `type` is built in: a primitive or an object type (dsl.md 4.1). */
bool type_is_primitive(const char *type);
/** What values of `type` name: NO_OBJECT for primitives, data types and unknown names. */
enum object_scope type_object_scope(const char *type);
/** The n of the version cloudify_dsl_1_n that brought the built-in `type`; 0: always there. */
int type_since(const char *type);
/**
 * What a string says as a value of the built-in `type` integer, float or boolean; anything else as
 * it is. New, or NULL when out of memory.
 */
json_t *value_from_text(const char *type, const json_t *value);
/** A list of names for a hint of what `type` was meant to be: primitives, then data types. */
void types_suggest(const json_t *data_types, struct suggestion *suggestion);
/** Whether a value of the built-in `type` may be `value`; calls of functions always may. */
bool type_accepts(const char *type, const json_t *value);
/** Like type_accepts(), but a call of a function is only the dict that it is. */
bool type_accepts_literally(const char *type, const json_t *value);

/**
 * The properties `given` (object, or NULL), checked against `schema` (property -> its schema) and
 * completed by defaults, in the order of the schema.
 *
 * @param path where `given` stands
 * @return a new object; or NULL: reported, or out of memory where nothing has been reported
 */
json_t *values_build(const struct value_rules *rules, const json_t *schema, const json_t *given,
                     const struct path *path);
/**
 * One value checked against the schema of its property and, if it is of a data type, completed.
 *
 * @return a new reference, or NULL as values_build()
 */
json_t *value_build(const struct value_rules *rules, const json_t *property, const json_t *value,
                    const struct path *path);
/**
 * `over` laid over `base`, both objects with the properties of `schema`; deep where a property is
 * of a data type (dsl.md 4.3). New, or NULL when out of memory.
 */
json_t *values_overlay(const json_t *data_types, const json_t *schema, const json_t *base,
                       const json_t *over);

#endif
