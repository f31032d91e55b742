/* update_nodes.c - the steps of an update that concern nodes (dsl.md 14). */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/strbuf.h"
#include "deployment/update_internal.h"

static const char contained_in[] = "cloudify.relationships.contained_in";

static const char *name_of(const json_t *node)
{
    return json_string_at(node, "id", "");
}

/* name -> node, borrowed values; new. */
static json_t *index_nodes(const json_t *plan)
{
    json_t *index = json_object(), *node;
    size_t i;
    json_array_foreach(json_object_get(plan, "nodes"), i, node)
    {
        json_object_set(index, name_of(node), node);
    }
    return index;
}

/* ---- plugins ---- */

static const json_t *find_plugin(const json_t *list, const json_t *wanted)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *plugin = json_array_get(list, i);
        if (json_equal(json_object_get(plugin, "name"), json_object_get(wanted, "name")) &&
            json_equal(json_object_get(plugin, "executor"), json_object_get(wanted, "executor")))
            return plugin;
    }
    return NULL;
}

static void compare_plugins(struct update *update, const char *key, const json_t *before,
                            const json_t *after)
{
    const json_t *old_list = json_object_get(before, key), *list = json_object_get(after, key);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *plugin = json_array_get(list, i), *old = find_plugin(old_list, plugin);
        if (!old || !json_equal(old, plugin))
            update_add_step(
                update, old ? "modify" : "add", "plugin",
                json_pack("[s, s, s]", key, name_of(after), json_string_at(plugin, "name", "")),
                true);
    }
}

/* ---- relationships ---- */

/* Label -> place of each relationship of a node; new. Of several with one type and target the label
 * of the first matches that of the first, and so on. */
static json_t *label_relationships(const json_t *node)
{
    const json_t *list = json_object_get(node, "relationships");
    json_t *places = json_object(), *counts = json_object();
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *relationship = json_array_get(list, i);
        struct strbuf label = STRBUF_INIT;
        strbuf_add_all(&label, json_string_at(relationship, "type", ""), "\n",
                       json_string_at(relationship, "target_id", ""));
        json_int_t count = json_integer_at(counts, label.text, 0);
        json_object_set_new(counts, label.text, json_integer(count + 1));
        strbuf_addf(&label, "\n%" JSON_INTEGER_FORMAT, count);
        json_object_set_new(places, label.text, json_integer((json_int_t)i));
        strbuf_release(&label);
    }
    json_decref(counts);
    return places;
}

static json_t *relationship_id(const json_t *node, size_t index)
{
    return json_pack("[s, s, s, I]", "nodes", name_of(node), "relationships", (json_int_t)index);
}

static void compare_part(struct update *update, const char *key, const char *entity_type,
                         const json_t *id, const json_t *before, const json_t *after,
                         bool supported)
{
    json_t *prefix = update_id(id, key);
    update_compare_maps(update, entity_type, prefix, json_object_get(before, key),
                        json_object_get(after, key), supported);
    json_decref(prefix);
}

static void compare_matched(struct update *update, const json_t *node, size_t index,
                            const json_t *before, const json_t *after)
{
    json_t *id = relationship_id(node, index);
    compare_part(update, "source_operations", "operation", id, before, after, true);
    compare_part(update, "target_operations", "operation", id, before, after, true);
    compare_part(update, "properties", "property", id, before, after, false);
    json_decref(id);
}

static void report_moved(struct update *update, const json_t *node, size_t from, size_t to)
{
    json_t *id = relationship_id(node, from);
    json_array_append_new(id, json_integer((json_int_t)to));
    update_add_step(update, "modify", "relationship", id, true);
}

static void compare_relationship(struct update *update, const json_t *before, const json_t *after,
                                 const json_t *from, size_t to)
{
    if (!from) {
        update_add_step(update, "add", "relationship", relationship_id(after, to), true);
        return;
    }
    size_t place = (size_t)json_integer_value(from);
    if (place != to)
        report_moved(update, after, place, to);
    compare_matched(update, after, to,
                    json_array_get(json_object_get(before, "relationships"), place),
                    json_array_get(json_object_get(after, "relationships"), to));
}

static void compare_relationships(struct update *update, const json_t *before, const json_t *after)
{
    json_t *old = label_relationships(before), *new = label_relationships(after), *place;
    const char *label;
    json_object_foreach(new, label, place)
    {
        compare_relationship(update, before, after, json_object_get(old, label),
                             (size_t)json_integer_value(place));
    }
    json_object_foreach(old, label, place)
    {
        if (!json_object_get(new, label))
            update_add_step(update, "remove", "relationship",
                            relationship_id(before, (size_t)json_integer_value(place)), true);
    }
    json_decref(old);
    json_decref(new);
}

/* ---- nodes ---- */

/* What contains a node: the name of another, or NULL. */
static const char *container_of(const json_t *node)
{
    const json_t *relationships = json_object_get(node, "relationships");
    for (size_t i = 0; i < json_array_size(relationships); i++) {
        const json_t *relationship = json_array_get(relationships, i);
        if (json_has_string(json_object_get(relationship, "type_hierarchy"), contained_in))
            return json_string_at(relationship, "target_id", NULL);
    }
    return NULL;
}

static bool is_same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static void compare_node(struct update *update, const json_t *before, const json_t *after)
{
    json_t *id = json_pack("[s, s]", "nodes", name_of(after));
    bool is_other = !json_equal(json_object_get(before, "type"), json_object_get(after, "type")) ||
                    !is_same_text(container_of(before), container_of(after));
    if (is_other) {
        update_add_step(update, "modify", "node", id, false);
        return;
    }
    compare_plugins(update, "plugins_to_install", before, after);
    compare_plugins(update, "plugins", before, after);
    compare_part(update, "operations", "operation", id, before, after, true);
    compare_relationships(update, before, after);
    compare_part(update, "properties", "property", id, before, after, true);
    json_decref(id);
}

/* ---- nodes that are added, those first that others depend on ---- */

/* A walk along the relationships among added nodes; `state` and `stack` are by place in `nodes`. */
struct sort {
    const json_t *nodes;
    json_t *places; /* name -> place of an added node */
    size_t *stack, *next;
    char *state;
    json_int_t position;
    json_t *positions; /* name -> position: sources before their targets */
};

enum { SORT_NEW, SORT_OPEN, SORT_DONE };

/* The next added node that `place` depends on and that is not yet visited, or the node count. */
static size_t next_target(struct sort *sort, size_t place)
{
    const json_t *relationships =
        json_object_get(json_array_get(sort->nodes, place), "relationships");
    while (sort->next[place] < json_array_size(relationships)) {
        const json_t *relationship = json_array_get(relationships, sort->next[place]++);
        const json_t *target =
            json_object_get(sort->places, json_string_at(relationship, "target_id", ""));
        if (target && sort->state[json_integer_value(target)] == SORT_NEW)
            return (size_t)json_integer_value(target);
    }
    return json_array_size(sort->nodes);
}

/* Positions go down from the number of nodes: what is finished first is depended on. */
static void sort_from(struct sort *sort, size_t start)
{
    size_t depth = 0, count = json_array_size(sort->nodes);
    sort->stack[0] = start;
    sort->state[start] = SORT_OPEN;
    for (;;) {
        size_t place = sort->stack[depth], target = next_target(sort, place);
        if (target < count) {
            sort->state[target] = SORT_OPEN;
            sort->stack[++depth] = target;
            continue;
        }
        sort->state[place] = SORT_DONE;
        json_object_set_new(sort->positions, name_of(json_array_get(sort->nodes, place)),
                            json_integer(--sort->position));
        if (depth-- == 0)
            return;
    }
}

/* Name of an added node -> its position among them; new, or NULL. */
static json_t *sort_added(const json_t *nodes, const json_t *before)
{
    size_t count = json_array_size(nodes);
    struct sort sort = {nodes,
                        json_object(),
                        calloc(count + 1, sizeof *sort.stack),
                        calloc(count + 1, sizeof *sort.next),
                        calloc(count + 1, 1),
                        0,
                        json_object()};
    bool ok = sort.stack && sort.next && sort.state;
    for (size_t i = 0; i < count; i++) {
        const char *name = name_of(json_array_get(nodes, i));
        if (!json_object_get(before, name))
            json_object_set_new(sort.places, name, json_integer((json_int_t)i));
    }
    sort.position = (json_int_t)json_object_size(sort.places);
    const char *name;
    json_t *place;
    json_object_foreach(sort.places, name, place)
    {
        if (ok && sort.state[json_integer_value(place)] == SORT_NEW)
            sort_from(&sort, (size_t)json_integer_value(place));
    }
    free(sort.stack);
    free(sort.next);
    free(sort.state);
    json_decref(sort.places);
    if (ok)
        return sort.positions;
    json_decref(sort.positions);
    return NULL;
}

static void add_nodes(struct update *update, const json_t *before)
{
    const json_t *nodes = json_object_get(update->after, "nodes");
    json_t *positions = sort_added(nodes, before), *position;
    const char *name;
    update->failed = update->failed || !positions;
    json_object_foreach(positions, name, position)
    {
        if (!update_add_step(update, "add", "node", json_pack("[s, s]", "nodes", name), true))
            break;
        json_t *step = json_array_get(update->steps, json_array_size(update->steps) - 1);
        json_object_set(step, "topology_order", position);
    }
    json_decref(positions);
}

void update_compare_nodes(struct update *update)
{
    json_t *before = index_nodes(update->before), *after = index_nodes(update->after), *node;
    const char *name;
    json_object_foreach(before, name, node)
    {
        if (!json_object_get(after, name))
            update_add_step(update, "remove", "node", json_pack("[s, s]", "nodes", name), true);
    }
    add_nodes(update, before);
    json_object_foreach(after, name, node)
    {
        const json_t *old = json_object_get(before, name);
        if (old)
            compare_node(update, old, node);
    }
    json_decref(before);
    json_decref(after);
}
