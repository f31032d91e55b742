/* plan_marks.h - where the parts of a plan stand in the files of the blueprint, for errors that are
 * found when the blueprint has been parsed.
 *
 * Nodes and relationships carry their marks. Values that may be wrong on their own are looked up:
 * calls of functions, and the entries of sections, such as the schema of an input. A plan that
 * comes from the store has no marks: its places have no file.
 */
#ifndef CLOUDIFY_DSL_PLAN_MARKS_H
#define CLOUDIFY_DSL_PLAN_MARKS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "dsl/diagnostics.h"

struct plan;

/* As small as can be: there is one for each node, relationship and call of a function. */
struct plan_mark {
    uint32_t line; /* 1-based; 0: not known */
    uint16_t column, file;
};

/** The place that `mark` means, without a path; its file is borrowed from the plan. */
struct diagnostic_place plan_place(const struct plan *plan, struct plan_mark mark);
/**
 * The mark of a value that was read from the blueprint: the schema of an input, the entry of
 * another section, a call of a function.
 *
 * @param value only compared, so that it need not be there any more; may be NULL
 * @return no mark if it has none
 */
struct plan_mark plan_mark_of(const struct plan *plan, const json_t *value);

/* Filling, for dsl/ only. */

struct marked_value;
struct yaml_node;

/* Private to plan_marks.c; zeroed: empty. */
struct plan_marks {
    const char **files; /* names, in the plan's arena */
    size_t file_count;
    const char *newest; /* what yaml_mark() calls the last file that was looked for */
    uint16_t newest_index;
    struct marked_value *values; /* by address, once `sorted` */
    size_t count, capacity;
    bool sorted;
};

/** The mark of `node`; no mark for a NULL. Never fails: without memory there is no mark. */
struct plan_mark plan_mark_new(struct plan *plan, const struct yaml_node *node);
/**
 * Remember where `value` (an object; what is none is left alone) stands. The first mark counts.
 *
 * @return false when out of memory
 */
bool plan_mark_value(struct plan *plan, const json_t *value, struct plan_mark mark);
/** Let go of all marks of values. */
void plan_marks_release(struct plan_marks *marks);

#endif
