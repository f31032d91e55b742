/* parser.c - libyaml's events to a tree (yaml.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/map.h"
#include "yaml/yaml_internal.h"

enum { DEFAULT_DEPTH = 200 };
static const size_t DEFAULT_SIZE = (size_t)64 << 20;
static const size_t DEFAULT_EXPANSION = 1000000;
/* A text may repeat itself in proportion to its length: many nodes that merge one map. */
static const size_t EXPANSION_PER_BYTE = 4;

struct builder {
    yaml_parser_t parser;
    yaml_event_t event; /* the current one */
    struct yaml_document *document;
    const char *file; /* the document's copy */
    struct yaml_limits limits;
    struct yaml_problem *problem;
    struct map anchors; /* name -> struct yaml_node */
    size_t expanded;    /* nodes that aliases and merge keys have added */
    /* Children of the collections under construction; each knows where its own begin. */
    const struct yaml_node **stack;
    size_t stack_count, stack_capacity;
};

static struct yaml_node *build_node(struct builder *b, size_t depth);

/* A node at the place of the current event: where a problem is, or where a node begins. */
static struct yaml_node place(const struct builder *b)
{
    return (struct yaml_node){.file = b->file,
                              .line = (int)b->event.start_mark.line + 1,
                              .column = (int)b->event.start_mark.column + 1};
}

/* libyaml does not count lines of what it cannot decode. */
static struct yaml_node place_of_byte(const struct builder *b, const char *text, size_t offset)
{
    struct yaml_node node = {.file = b->file, .line = 1, .column = 1};
    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n') {
            node.line++;
            node.column = 1;
        } else if (((unsigned char)text[i] & 0xc0) != 0x80) {
            node.column++;
        }
    }
    return node;
}

static bool syntax_problem(struct builder *b, const char *text, size_t length)
{
    const yaml_parser_t *parser = &b->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        return yaml_problem_nomem(b->problem, b->file);
    const char *what = parser->problem ? parser->problem : "not YAML";
    if (parser->error == YAML_READER_ERROR) {
        size_t offset = parser->problem_offset < length ? parser->problem_offset : length;
        struct yaml_node node = place_of_byte(b, text, offset);
        return yaml_problem_set(b->problem, YAML_PROBLEM_SYNTAX, &node, "%s", what);
    }
    struct yaml_node node = {.file = b->file,
                             .line = (int)parser->problem_mark.line + 1,
                             .column = (int)parser->problem_mark.column + 1};
    if (parser->context)
        return yaml_problem_set(b->problem, YAML_PROBLEM_SYNTAX, &node,
                                "%s %s that begins in line %d", what, parser->context,
                                (int)parser->context_mark.line + 1);
    return yaml_problem_set(b->problem, YAML_PROBLEM_SYNTAX, &node, "%s", what);
}

static bool next_event(struct builder *b)
{
    yaml_event_delete(&b->event);
    if (yaml_parser_parse(&b->parser, &b->event))
        return true;
    const unsigned char *text = b->parser.input.string.start;
    return syntax_problem(b, (const char *)text, (size_t)(b->parser.input.string.end - text));
}

/* Count nodes that stand for more than the text has, so that no text can ask for the world. */
static bool charge(struct builder *b, size_t nodes)
{
    b->expanded += nodes;
    if (b->expanded <= b->limits.expansion)
        return true;
    struct yaml_node node = place(b);
    return yaml_problem_set(b->problem, YAML_PROBLEM_LIMIT, &node,
                            "aliases and merge keys stand for more than %zu further nodes",
                            b->limits.expansion);
}

static bool push(struct builder *b, const struct yaml_node *node)
{
    if (b->stack_count == b->stack_capacity) {
        size_t capacity = b->stack_capacity ? b->stack_capacity * 2 : 256;
        const struct yaml_node **stack = realloc(b->stack, capacity * sizeof *stack);
        if (!stack)
            return yaml_problem_nomem(b->problem, b->file);
        b->stack = stack;
        b->stack_capacity = capacity;
    }
    b->stack[b->stack_count++] = node;
    return true;
}

static bool set_anchor(struct builder *b, const yaml_char_t *anchor, struct yaml_node *node)
{
    const char *name = (const char *)anchor;
    if (!name)
        return true;
    const struct yaml_node *first = map_get(&b->anchors, name);
    if (first)
        return yaml_problem_set(b->problem, YAML_PROBLEM_ALIAS, node,
                                "the anchor '&%.*s' is already in line %d",
                                yaml_excerpt(name, strlen(name)), name, first->line);
    return map_set(&b->anchors, name, node) || yaml_problem_nomem(b->problem, b->file);
}

static struct yaml_node *new_node(struct builder *b)
{
    struct yaml_node *node = arena_alloc(&b->document->arena, sizeof *node);
    if (node)
        *node = place(b);
    else
        yaml_problem_nomem(b->problem, b->file);
    return node;
}

static struct yaml_node *build_alias(struct builder *b)
{
    const char *name = (const char *)b->event.data.alias.anchor;
    struct yaml_node *node = map_get(&b->anchors, name);
    if (node && node->weight)
        return charge(b, node->weight) ? node : NULL;
    struct yaml_node here = place(b);
    yaml_problem_set(b->problem, YAML_PROBLEM_ALIAS, &here,
                     node ? "the alias '*%.*s' stands for something that contains it"
                          : "no anchor '&%.*s' stands before this alias",
                     yaml_excerpt(name, strlen(name)), name);
    return NULL;
}

static struct yaml_node *build_scalar(struct builder *b)
{
    struct yaml_node *node = new_node(b);
    if (!node)
        return NULL;
    size_t length = b->event.data.scalar.length;
    const char *text = (const char *)b->event.data.scalar.value;
    node->text = arena_strndup(&b->document->arena, text, length);
    node->count = (uint32_t)length;
    node->weight = 1;
    if (!node->text) {
        yaml_problem_nomem(b->problem, b->file);
        return NULL;
    }
    bool ok =
        set_anchor(b, b->event.data.scalar.anchor, node) &&
        yaml_scalar_resolve(node, (const char *)b->event.data.scalar.tag,
                            b->event.data.scalar.plain_implicit, &b->document->arena, b->problem);
    return ok ? node : NULL;
}

/* A node where `<<` and `=` mean nothing: anywhere but as a key. */
static struct yaml_node *build_value(struct builder *b, size_t depth)
{
    struct yaml_node *node = build_node(b, depth);
    if (node && node->role != NODE_ORDINARY) {
        yaml_problem_set(b->problem, YAML_PROBLEM_TAG, node,
                         "'%s' means something only as a key: put it in quotes", node->text);
        return NULL;
    }
    return node;
}

static bool build_items(struct builder *b, struct yaml_node *list, size_t depth)
{
    size_t base = b->stack_count, weight = 1;
    while (next_event(b) && b->event.type != YAML_SEQUENCE_END_EVENT) {
        const struct yaml_node *item = build_value(b, depth);
        if (!item || !push(b, item))
            return false;
        weight += item->weight;
    }
    if (b->event.type != YAML_SEQUENCE_END_EVENT)
        return false;
    size_t count = b->stack_count - base;
    list->value.items = arena_alloc(&b->document->arena, count * sizeof *list->value.items);
    if (!list->value.items)
        return yaml_problem_nomem(b->problem, b->file);
    if (count)
        memcpy(list->value.items, b->stack + base, count * sizeof *list->value.items);
    list->count = (uint32_t)count;
    list->weight = weight < UINT32_MAX ? (uint32_t)weight : UINT32_MAX;
    b->stack_count = base;
    return true;
}

static uint32_t map_weight(const struct yaml_node *map)
{
    size_t weight = 1;
    for (size_t i = 0; i < map->count; i++)
        weight += 1 + map->value.entries->entry[i].value->weight;
    return weight < UINT32_MAX ? (uint32_t)weight : UINT32_MAX;
}

static bool build_entries(struct builder *b, struct yaml_node *map, size_t depth)
{
    size_t base = b->stack_count, merged;
    while (next_event(b) && b->event.type != YAML_MAPPING_END_EVENT) {
        const struct yaml_node *key = build_node(b, depth);
        if (!key || !push(b, key) || !next_event(b))
            return false;
        const struct yaml_node *value = build_value(b, depth);
        if (!value || !push(b, value))
            return false;
    }
    if (b->event.type != YAML_MAPPING_END_EVENT)
        return false;
    if (!yaml_map_build(map, b->stack + base, (b->stack_count - base) / 2, &b->document->arena,
                        &merged, b->problem))
        return false;
    map->weight = map_weight(map);
    b->stack_count = base;
    return charge(b, merged);
}

/* Only the tags `!!map` and `!!seq` say nothing new about a collection. */
static bool check_collection_tag(struct builder *b, const struct yaml_node *node,
                                 const yaml_char_t *tag, const char *own_tag)
{
    const char *text = (const char *)tag;
    if (!text || !strcmp(text, own_tag))
        return true;
    const char prefix[] = "tag:yaml.org,2002:";
    bool is_core = !strncmp(text, prefix, sizeof prefix - 1);
    text += is_core ? sizeof prefix - 1 : 0;
    return yaml_problem_set(b->problem, YAML_PROBLEM_TAG, node,
                            "the tag '%s%.*s' is not supported for a %s", is_core ? "!!" : "",
                            yaml_excerpt(text, strlen(text)), text,
                            yaml_kind_name(yaml_kind(node)));
}

static bool check_depth(struct builder *b, const struct yaml_node *node, size_t depth)
{
    if (depth < b->limits.depth)
        return true;
    return yaml_problem_set(b->problem, YAML_PROBLEM_LIMIT, node,
                            "lists and dicts are nested over %zu levels deep", b->limits.depth);
}

static struct yaml_node *build_list(struct builder *b, size_t depth)
{
    struct yaml_node *list = new_node(b);
    if (!list)
        return NULL;
    list->kind = YAML_LIST;
    bool ok = check_depth(b, list, depth) &&
              check_collection_tag(b, list, b->event.data.sequence_start.tag, YAML_SEQ_TAG) &&
              set_anchor(b, b->event.data.sequence_start.anchor, list) &&
              build_items(b, list, depth + 1);
    return ok ? list : NULL;
}

static struct yaml_node *build_map(struct builder *b, size_t depth)
{
    struct yaml_node *map = new_node(b);
    if (!map)
        return NULL;
    map->kind = YAML_MAP;
    bool ok = check_depth(b, map, depth) &&
              check_collection_tag(b, map, b->event.data.mapping_start.tag, YAML_MAP_TAG) &&
              set_anchor(b, b->event.data.mapping_start.anchor, map) &&
              build_entries(b, map, depth + 1);
    return ok ? map : NULL;
}

/* The node that the current event begins. */
static struct yaml_node *build_node(struct builder *b, size_t depth)
{
    switch (b->event.type) {
    case YAML_ALIAS_EVENT:
        return build_alias(b);
    case YAML_SCALAR_EVENT:
        return build_scalar(b);
    case YAML_SEQUENCE_START_EVENT:
        return build_list(b, depth);
    default:
        return build_map(b, depth);
    }
}

static bool build_nothing(struct builder *b)
{
    struct yaml_node *node = new_node(b);
    if (!node)
        return false;
    node->text = "";
    node->weight = 1;
    b->document->root = node;
    return true;
}

static bool build_document(struct builder *b)
{
    if (!next_event(b) || !next_event(b)) /* the stream's start, then the document's */
        return false;
    if (b->event.type == YAML_STREAM_END_EVENT)
        return build_nothing(b);
    if (!next_event(b))
        return false;
    b->document->root = build_value(b, 0);
    if (!b->document->root || !next_event(b) || !next_event(b))
        return false;
    if (b->event.type == YAML_STREAM_END_EVENT)
        return true;
    struct yaml_node node = place(b);
    return yaml_problem_set(b->problem, YAML_PROBLEM_DOCUMENT, &node,
                            "a second document begins here, but there can be only one");
}

static struct yaml_limits complete(const struct yaml_limits *given, size_t length)
{
    struct yaml_limits limits = given ? *given : (struct yaml_limits){0};
    size_t expansion = length * EXPANSION_PER_BYTE;
    if (!limits.size)
        limits.size = DEFAULT_SIZE;
    if (limits.size > UINT32_MAX / 4)
        limits.size = UINT32_MAX / 4; /* counts are 32 bits wide */
    if (!limits.depth)
        limits.depth = DEFAULT_DEPTH;
    if (!limits.expansion)
        limits.expansion = expansion > DEFAULT_EXPANSION ? expansion : DEFAULT_EXPANSION;
    return limits;
}

static bool parse_text(struct builder *b, const char *text, size_t length)
{
    if (length > b->limits.size) {
        struct yaml_node node = place_of_byte(b, text, 0);
        return yaml_problem_set(b->problem, YAML_PROBLEM_LIMIT, &node,
                                "the text is %zu bytes long, over the limit of %zu", length,
                                b->limits.size);
    }
    if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) { /* a mark of byte order says nothing */
        text += 3;
        length -= 3;
    }
    if (!yaml_parser_initialize(&b->parser))
        return yaml_problem_nomem(b->problem, b->file);
    yaml_parser_set_encoding(&b->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&b->parser, (const unsigned char *)text, length);
    bool ok = build_document(b);
    yaml_event_delete(&b->event);
    yaml_parser_delete(&b->parser);
    free(b->stack);
    map_release(&b->anchors);
    return ok;
}

struct yaml_document *yaml_parse(const char *text, size_t length, const char *file,
                                 const struct yaml_limits *limits, struct yaml_problem *problem)
{
    *problem = (struct yaml_problem){0};
    struct yaml_document *document = calloc(1, sizeof *document);
    const char *name = document ? arena_strdup(&document->arena, file) : NULL;
    struct builder b = {.document = document,
                        .file = name ? name : file,
                        .limits = complete(limits, length),
                        .problem = problem};
    bool ok = name ? parse_text(&b, text, length) : yaml_problem_nomem(problem, file);
    if (ok)
        return document;
    problem->mark.file = file;
    yaml_document_free(document);
    return NULL;
}
