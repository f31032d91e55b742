/* plan_marks.c - see plan_marks.h. */
#include "dsl/plan_marks.h"

#include <stdlib.h>
#include <string.h>

#include "dsl/plan_internal.h"
#include "yaml/yaml.h"

struct marked_value {
    json_t *value; /* a reference, so that no other value gets the address */
    struct plan_mark mark;
};

/* files */

static bool add_file(struct plan *plan, const char *name)
{
    struct plan_marks *marks = &plan->storage->marks;
    if (marks->file_count >= UINT16_MAX)
        return false;
    const char **grown = realloc(marks->files, (marks->file_count + 1) * sizeof *grown);
    if (!grown)
        return false;
    marks->files = grown;
    grown[marks->file_count] = plan_text(plan, name);
    return grown[marks->file_count] && ++marks->file_count;
}

/* The number of a file, from 1; 0: there is no room for it. */
static uint16_t file_number(struct plan *plan, const char *name)
{
    struct plan_marks *marks = &plan->storage->marks;
    if (name == marks->newest)
        return marks->newest_index;
    size_t i = 0;
    while (i < marks->file_count && strcmp(marks->files[i], name) != 0)
        i++;
    if (i == marks->file_count && !add_file(plan, name))
        return 0;
    marks->newest = name;
    marks->newest_index = (uint16_t)(i + 1);
    return marks->newest_index;
}

struct plan_mark plan_mark_new(struct plan *plan, const struct yaml_node *node)
{
    if (!node)
        return (struct plan_mark){0};
    struct yaml_mark mark = yaml_mark(node);
    uint16_t column = mark.column < UINT16_MAX ? (uint16_t)mark.column : UINT16_MAX;
    uint16_t file = mark.file ? file_number(plan, mark.file) : 0;
    return file ? (struct plan_mark){(uint32_t)mark.line, column, file} : (struct plan_mark){0};
}

struct diagnostic_place plan_place(const struct plan *plan, struct plan_mark mark)
{
    const struct plan_marks *marks = &plan->storage->marks;
    if (!mark.line || !mark.file || mark.file > marks->file_count)
        return (struct diagnostic_place){0};
    return (struct diagnostic_place){
        .file = marks->files[mark.file - 1], .line = (int)mark.line, .column = mark.column};
}

/* values */

bool plan_mark_value(struct plan *plan, const json_t *value, struct plan_mark mark)
{
    struct plan_marks *marks = &plan->storage->marks;
    if (!json_is_object(value) || !mark.line)
        return true;
    if (marks->count == marks->capacity) {
        size_t capacity = marks->capacity ? marks->capacity * 2 : 64;
        struct marked_value *grown = realloc(marks->values, capacity * sizeof *grown);
        if (!grown)
            return false;
        marks->values = grown;
        marks->capacity = capacity;
    }
    marks->values[marks->count++] = (struct marked_value){json_incref((json_t *)value), mark};
    marks->sorted = false;
    return true;
}

static int compare_values(const void *left, const void *right)
{
    const struct marked_value *a = left, *b = right;
    uintptr_t x = (uintptr_t)a->value, y = (uintptr_t)b->value;
    return (x > y) - (x < y);
}

struct plan_mark plan_mark_of(const struct plan *plan, const json_t *value)
{
    struct plan_marks *marks = &plan->storage->marks;
    struct marked_value wanted = {.value = (json_t *)value};
    if (!marks->sorted && marks->count)
        qsort(marks->values, marks->count, sizeof *marks->values, compare_values);
    marks->sorted = true;
    const struct marked_value *found =
        marks->count ? bsearch(&wanted, marks->values, marks->count, sizeof wanted, compare_values)
                     : NULL;
    return found ? found->mark : (struct plan_mark){0};
}

void plan_marks_release(struct plan_marks *marks)
{
    for (size_t i = 0; i < marks->count; i++)
        json_decref(marks->values[i].value);
    free(marks->values);
    free(marks->files);
    *marks = (struct plan_marks){0};
}
