/* mask.c - see mask.h. The hidden texts are a trie whose nodes know where to go on after a
 * mismatch. */
#include "base/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/cut_text.h"
#include "base/utf8.h"

const char mask_text[] = "********";

enum { ROOT = 0 };

struct node {
    uint32_t child, sibling; /* the first one, the next one; 0: none */
    uint32_t fallback;       /* the node of the longest proper end of this one's text */
    uint32_t depth;          /* the length of this one's text */
    uint32_t own;            /* the length of the hidden text that ends here, or 0 */
    uint32_t longest;        /* the same, with those that are ends of this one's text */
    unsigned char byte;      /* that leads here */
};

struct mask {
    struct node *nodes;
    uint32_t count, capacity;
    uint32_t first[256]; /* the children of the root by their bytes */
    size_t longest;
    bool linked; /* `fallback` and `longest` are up to date */
};

struct mask *mask_new(void)
{
    struct mask *mask = calloc(1, sizeof *mask);
    if (mask && (mask->nodes = calloc(1, sizeof *mask->nodes))) {
        mask->count = mask->capacity = 1;
        return mask;
    }
    free(mask);
    return NULL;
}

static void forget_nodes(struct node *nodes, uint32_t count)
{
    explicit_bzero(nodes, count * sizeof *nodes);
    free(nodes);
}

void mask_free(struct mask *mask)
{
    if (!mask)
        return;
    forget_nodes(mask->nodes, mask->count);
    explicit_bzero(mask, sizeof *mask);
    free(mask);
}

bool mask_is_empty(const struct mask *mask)
{
    return !mask || mask->count == 1;
}

size_t mask_longest(const struct mask *mask)
{
    return mask ? mask->longest : 0;
}

/* ---- the trie ---- */

static uint32_t child_of(const struct mask *mask, uint32_t node, unsigned char byte)
{
    if (node == ROOT)
        return mask->first[byte];
    uint32_t child = mask->nodes[node].child;
    while (child && mask->nodes[child].byte != byte)
        child = mask->nodes[child].sibling;
    return child;
}

/* Not realloc(), which would leave a copy behind. */
static bool grow(struct mask *mask)
{
    if (mask->capacity > UINT32_MAX / 2)
        return false;
    struct node *nodes = calloc(mask->capacity * 2, sizeof *nodes);
    if (!nodes)
        return false;
    memcpy(nodes, mask->nodes, mask->count * sizeof *nodes);
    forget_nodes(mask->nodes, mask->count);
    mask->nodes = nodes;
    mask->capacity *= 2;
    return true;
}

/* @return the new child, or ROOT: out of memory */
static uint32_t add_child(struct mask *mask, uint32_t parent, unsigned char byte)
{
    if (mask->count == mask->capacity && !grow(mask))
        return ROOT;
    uint32_t child = mask->count++;
    mask->nodes[child] = (struct node){
        .byte = byte, .depth = mask->nodes[parent].depth + 1, .sibling = mask->nodes[parent].child};
    mask->nodes[parent].child = child;
    if (parent == ROOT)
        mask->first[byte] = child;
    mask->linked = false;
    return child;
}

bool mask_add_text(struct mask *mask, const char *text, size_t length)
{
    if (length < MASK_SHORTEST)
        return true;
    uint32_t node = ROOT;
    for (size_t i = 0; i < length; i++) {
        uint32_t child = child_of(mask, node, (unsigned char)text[i]);
        if (!child)
            child = add_child(mask, node, (unsigned char)text[i]);
        if (!child)
            return false;
        node = child;
    }
    if (!mask->nodes[node].own)
        mask->linked = false;
    mask->nodes[node].own = (uint32_t)length;
    if (length > mask->longest)
        mask->longest = length;
    return true;
}

static uint32_t next_state(const struct mask *mask, uint32_t state, unsigned char byte)
{
    for (;;) {
        uint32_t child = child_of(mask, state, byte);
        if (child || state == ROOT)
            return child;
        state = mask->nodes[state].fallback;
    }
}

/* Fill in what depends on shorter texts, the shortest first. */
static bool link_nodes(struct mask *mask)
{
    uint32_t *queue = malloc(mask->count * sizeof *queue);
    uint32_t count = 0;
    if (!queue)
        return false;
    queue[count++] = ROOT;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t parent = queue[i];
        for (uint32_t n = mask->nodes[parent].child; n; n = mask->nodes[n].sibling) {
            struct node *node = &mask->nodes[n];
            node->fallback =
                parent == ROOT ? ROOT : next_state(mask, mask->nodes[parent].fallback, node->byte);
            node->longest = node->own ? node->own : mask->nodes[node->fallback].longest;
            queue[count++] = n;
        }
    }
    free(queue);
    mask->linked = true;
    return true;
}

/* ---- searching ---- */

bool mask_search(struct mask *mask, struct mask_search *search, const char *piece, size_t length,
                 void (*found)(void *data, size_t start, size_t end), void *data)
{
    if (mask_is_empty(mask))
        return true;
    if (!mask->linked && !link_nodes(mask))
        return false;
    uint32_t state = search->state;
    for (size_t i = 0; i < length; i++) {
        state = next_state(mask, state, (unsigned char)piece[i]);
        uint32_t longest = mask->nodes[state].longest;
        if (longest)
            found(data, search->place + i + 1 - longest, search->place + i + 1);
    }
    search->state = state;
    search->place += length;
    return true;
}

/* Places of hidden texts in their order; none touches another. */
struct ranges {
    struct range {
        size_t start, end;
    } * items;
    size_t count, capacity;
    bool failed;
};

/* Ends come in their order; one that begins early takes the ones before it in. */
static void add_range(void *data, size_t start, size_t end)
{
    struct ranges *ranges = data;
    while (ranges->count && ranges->items[ranges->count - 1].end >= start) {
        size_t before = ranges->items[--ranges->count].start;
        start = before < start ? before : start;
    }
    if (ranges->count == ranges->capacity) {
        size_t capacity = ranges->capacity ? ranges->capacity * 2 : 8;
        struct range *items = realloc(ranges->items, capacity * sizeof *items);
        if (!items) {
            ranges->failed = true;
            return;
        }
        ranges->items = items;
        ranges->capacity = capacity;
    }
    ranges->items[ranges->count++] = (struct range){start, end};
}

/* @return whether all were found; false: out of memory. Free `ranges->items` in any case. */
static bool find_ranges(struct mask *mask, const char *text, size_t length, struct ranges *ranges)
{
    struct mask_search search = {0};
    *ranges = (struct ranges){0};
    return mask_search(mask, &search, text, length, add_range, ranges) && !ranges->failed;
}

size_t mask_cut(struct mask *mask, const char *text, size_t length, size_t wanted)
{
    struct ranges ranges;
    size_t place = find_ranges(mask, text, length, &ranges) ? wanted : 0;
    for (size_t i = 0; place && i < ranges.count; i++) {
        const struct range *range = &ranges.items[i];
        if (range->start < place && place < range->end) {
            place = range->start ? range->start : range->end;
            break;
        }
    }
    free(ranges.items);
    return place;
}

static void write_masked(struct strbuf *out, const char *text, size_t length,
                         const struct ranges *ranges)
{
    size_t place = 0;
    for (size_t i = 0; i < ranges->count; i++) {
        strbuf_add(out, text + place, ranges->items[i].start - place);
        strbuf_adds(out, mask_text);
        place = ranges->items[i].end;
    }
    strbuf_add(out, text + place, length - place);
}

/* As find_ranges(); where a text has been cut, also the beginning of a hidden text before that. */
static bool find_all(struct mask *mask, const char *text, size_t length, struct ranges *ranges)
{
    size_t end = cut_text_end(text, length);
    if (end == length || mask_is_empty(mask))
        return find_ranges(mask, text, length, ranges);
    struct mask_search search = {0};
    *ranges = (struct ranges){0};
    if (!mask_search(mask, &search, text, end, add_range, ranges))
        return false;
    uint32_t begun = mask->nodes[search.state].depth;
    if (begun)
        add_range(ranges, end - begun, end);
    return !ranges->failed;
}

bool mask_write(struct mask *mask, struct strbuf *out, const char *text, size_t length)
{
    struct ranges ranges;
    if (find_all(mask, text, length, &ranges))
        write_masked(out, text, length, &ranges);
    else
        out->failed = true;
    free(ranges.items);
    return !out->failed;
}

void mask_error(struct mask *mask, struct error *err)
{
    enum { CHARACTER = 4 }; /* bytes that may be missing since a character did not fit */
    struct ranges ranges = {0};
    struct mask_search search = {0};
    struct strbuf masked = STRBUF_INIT;
    size_t length = strlen(err->text);
    if (mask_is_empty(mask))
        return;
    bool ok = mask_search(mask, &search, err->text, length, add_range, &ranges);
    uint32_t begun = mask->nodes[search.state].depth;
    if (begun && length + CHARACTER >= sizeof err->text)
        add_range(&ranges, length - begun, length);
    write_masked(&masked, err->text, length, &ranges);
    ok = ok && !ranges.failed && !masked.failed;
    snprintf(err->text, sizeof err->text, "%s", ok ? masked.text : mask_text);
    utf8_repair(err->text, true);
    strbuf_release(&masked);
    free(ranges.items);
}

json_t *mask_string(struct mask *mask, const char *text, size_t length)
{
    if (mask_is_empty(mask))
        return utf8_string(text, length);
    struct strbuf masked = STRBUF_INIT;
    json_t *string =
        mask_write(mask, &masked, text, length) ? utf8_string(masked.text, masked.length) : NULL;
    strbuf_release(&masked);
    return string;
}

/* ---- JSON ---- */

static json_t *mask_json_string(struct mask *mask, json_t *value)
{
    json_t *masked = mask_string(mask, json_string_value(value), json_string_length(value));
    if (!masked || !json_equal(masked, value))
        return masked;
    json_decref(masked);
    return json_incref(value);
}

static json_t *mask_number(struct mask *mask, json_t *value)
{
    char *text = json_text(value);
    json_t *masked = text ? mask_string(mask, text, strlen(text)) : NULL;
    bool hidden = masked && !strcmp(json_string_value(masked), mask_text);
    free(text);
    if (hidden || !masked)
        return masked;
    json_decref(masked);
    return json_incref(value);
}

static json_t *mask_array(struct mask *mask, json_t *array)
{
    json_t *copy = json_array(), *item;
    size_t i;
    bool changed = false, ok = copy;
    json_array_foreach(array, i, item)
    {
        json_t *masked = ok ? mask_json(mask, item) : NULL;
        changed = changed || masked != item;
        ok = ok && masked && !json_array_append_new(copy, masked);
    }
    if (ok && changed)
        return copy;
    json_decref(copy);
    return ok ? json_incref(array) : NULL;
}

static json_t *mask_object(struct mask *mask, json_t *object)
{
    json_t *copy = json_object(), *item;
    const char *key;
    bool changed = false, ok = copy;
    json_object_foreach(object, key, item)
    {
        json_t *name = ok ? mask_string(mask, key, strlen(key)) : NULL;
        json_t *masked = name ? mask_json(mask, item) : NULL;
        changed = changed || masked != item || !name || strcmp(json_string_value(name), key) != 0;
        ok = ok && masked && !json_object_set_new(copy, json_string_value(name), masked);
        json_decref(name);
    }
    if (ok && changed)
        return copy;
    json_decref(copy);
    return ok ? json_incref(object) : NULL;
}

json_t *mask_json(struct mask *mask, json_t *value)
{
    if (mask_is_empty(mask))
        return json_incref(value);
    if (json_is_string(value))
        return mask_json_string(mask, value);
    if (json_is_number(value))
        return mask_number(mask, value);
    if (json_is_array(value))
        return mask_array(mask, value);
    if (json_is_object(value))
        return mask_object(mask, value);
    return json_incref(value);
}

bool mask_finds(struct mask *mask, json_t *value)
{
    json_t *masked = mask_json(mask, value);
    bool found = masked != value;
    json_decref(masked);
    return found;
}
