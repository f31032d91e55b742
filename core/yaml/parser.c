/* parser.c - libyaml's events to a tree (yaml.h). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/map.h"
#include "base/text_pool.h"
#include "yaml/yaml_internal.h"

enum { DEFAULT_DEPTH = 200 };
static const size_t DEFAULT_SIZE = (size_t)64 << 20;
static const size_t DEFAULT_EXPANSION = 1000000;
/* A text may repeat itself in proportion to its length: many nodes that merge one map. */
static const size_t EXPANSION_PER_BYTE = 4;

/* What an anchor stands for. */
struct anchor {
    struct yaml_node node; /* at first only its place is known */
    bool is_complete;
};

struct builder {
    yaml_parser_t parser;
    yaml_event_t event; /* the current one */
    struct yaml_document *document;
    const char *file; /* the document's copy */
    struct yaml_limits limits;
    struct yaml_problem *problem;
    struct map anchors; /* name -> struct anchor */
    size_t expanded;    /* nodes that aliases and merge keys have added */
    /* Children of the collections under construction; each knows where its own begin. */
    struct yaml_node *stack;
    size_t stack_count, stack_capacity;
    struct text_pool texts; /* most come again: keys, types, names of operations */
};

static bool build_node(struct builder *b, size_t depth, struct yaml_node *node);

/* A node at the place of the current event: where a problem is, or where a node begins. */
static struct yaml_node place(const struct builder *b)
{
    return (struct yaml_node){.line = (uint32_t)b->event.start_mark.line + 1,
                              .column = (uint32_t)b->event.start_mark.column + 1};
}

/* libyaml does not count lines of what it cannot decode. */
static struct yaml_node place_of_byte(const char *text, size_t offset)
{
    struct yaml_node node = {.line = 1, .column = 1};
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

/* Whether the line, counted from 0, has a tab in its indentation. */
static bool is_indented_by_tab(const char *text, size_t length, size_t line)
{
    const char *end = text + length;
    while (line-- > 0 && (text = memchr(text, '\n', (size_t)(end - text))))
        text++;
    while (text && text < end && *text == ' ')
        text++;
    return text && text < end && *text == '\t';
}

/* What to do about the commonest mistakes, which libyaml tells in terms of grammar. */
static const char *advice(const yaml_parser_t *parser, const char *text, size_t length)
{
    static const struct {
        const char *problem, *context, *advice;
    } known[] = {
        {"mapping values are not allowed", "",
         " (a text with ': ' in it needs quotes; or is the line indented too far?)"},
        {"did not find expected key", "block mapping",
         " (is the line indented like those that it belongs to?)"},
        {"did not find expected '-'", "block collection",
         " (is the line indented like those that it belongs to?)"},
        {"did not find expected ',' or", "flow",
         " (a text with ': ' or ', ' in it needs quotes; or is a bracket not closed?)"},
        {"could not find expected ':'", "", " (is the ':' missing behind a key?)"},
        {"found unexpected end of stream", "quoted scalar", " (is the closing quote missing?)"},
        {"cannot start any token", "", " (a text that begins with '@', '`' or '%' needs quotes)"},
    };
    const char *context = parser->context ? parser->context : "";
    if (is_indented_by_tab(text, length, parser->problem_mark.line))
        return " (indent with spaces: YAML takes no tabs there)";
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strstr(parser->problem, known[i].problem) && strstr(context, known[i].context))
            return known[i].advice;
    }
    return "";
}

static bool syntax_problem(struct builder *b, const char *text, size_t length)
{
    const yaml_parser_t *parser = &b->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        return yaml_problem_nomem(b->problem);
    const char *what = parser->problem ? parser->problem : "not YAML";
    if (parser->error == YAML_READER_ERROR) {
        size_t offset = parser->problem_offset < length ? parser->problem_offset : length;
        struct yaml_node node = place_of_byte(text, offset);
        return yaml_problem_set(b->problem, YAML_PROBLEM_SYNTAX, &node, "%s", what);
    }
    struct yaml_node node = {.line = (uint32_t)parser->problem_mark.line + 1,
                             .column = (uint32_t)parser->problem_mark.column + 1};
    const char *what_to_do = parser->problem ? advice(parser, text, length) : "";
    if (parser->context)
        return yaml_problem_set(b->problem, YAML_PROBLEM_SYNTAX, &node,
                                "%s %s that begins in line %d%s", what, parser->context,
                                (int)parser->context_mark.line + 1, what_to_do);
    return yaml_problem_set(b->problem, YAML_PROBLEM_SYNTAX, &node, "%s%s", what, what_to_do);
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
        struct yaml_node *stack = realloc(b->stack, capacity * sizeof *stack);
        if (!stack)
            return yaml_problem_nomem(b->problem);
        b->stack = stack;
        b->stack_capacity = capacity;
    }
    b->stack[b->stack_count++] = *node;
    return true;
}

/* A new anchor for `node`, which is yet to be built; `*anchor` is NULL if none is written. */
static bool begin_anchor(struct builder *b, const yaml_char_t *written,
                         const struct yaml_node *node, struct anchor **anchor)
{
    const char *name = (const char *)written;
    *anchor = NULL;
    if (!name)
        return true;
    const struct anchor *first = map_get(&b->anchors, name);
    if (first)
        return yaml_problem_set(b->problem, YAML_PROBLEM_ALIAS, node,
                                "the anchor '&%.*s' is already in line %d",
                                yaml_excerpt(name, strlen(name)), name, (int)first->node.line);
    *anchor = arena_alloc(&b->document->arena, sizeof **anchor);
    if (!*anchor || !map_set(&b->anchors, name, *anchor))
        return yaml_problem_nomem(b->problem);
    (*anchor)->node = *node;
    return true;
}

static void end_anchor(struct anchor *anchor, const struct yaml_node *node)
{
    if (anchor)
        *anchor = (struct anchor){*node, true};
}

static bool build_alias(struct builder *b, struct yaml_node *node)
{
    const char *name = (const char *)b->event.data.alias.anchor;
    const struct anchor *anchor = map_get(&b->anchors, name);
    if (anchor && anchor->is_complete) {
        *node = anchor->node;
        return charge(b, yaml_weight(node));
    }
    *node = place(b);
    return yaml_problem_set(b->problem, YAML_PROBLEM_ALIAS, node,
                            anchor ? "the alias '*%.*s' stands for something that contains it"
                                   : "no anchor '&%.*s' stands before this alias",
                            yaml_excerpt(name, strlen(name)), name);
}

/* A copy of `text` that lives as long as the document. */
static const char *keep_text(struct builder *b, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        b->document->has_non_ascii |= (unsigned char)text[i] > 127;
    return text_pool_keep(&b->texts, &b->document->arena, text, length);
}

static const struct yaml_number *keep_number(struct builder *b, const struct yaml_number *number,
                                             const char *text, size_t length)
{
    struct yaml_number *copy = arena_alloc(&b->document->arena, sizeof *copy + length + 1);
    if (copy) {
        copy->value = number->value;
        memcpy(copy->text, text, length);
    }
    return copy;
}

static bool build_scalar(struct builder *b, struct yaml_node *node)
{
    const struct yaml_scalar scalar = {.text = (const char *)b->event.data.scalar.value,
                                       .length = b->event.data.scalar.length,
                                       .tag = (const char *)b->event.data.scalar.tag,
                                       .is_plain = b->event.data.scalar.plain_implicit};
    struct anchor *anchor;
    struct yaml_number number;
    *node = place(b);
    node->count = (uint32_t)scalar.length;
    if (!begin_anchor(b, b->event.data.scalar.anchor, node, &anchor) ||
        !yaml_scalar_resolve(node, &scalar, &number, b->problem))
        return false;
    if (node->kind == YAML_INTEGER || node->kind == YAML_REAL)
        node->of.number = keep_number(b, &number, scalar.text, scalar.length);
    else
        node->of.text = keep_text(b, scalar.text, scalar.length);
    end_anchor(anchor, node);
    return node->of.text || yaml_problem_nomem(b->problem);
}

/* A node where `<<` and `=` mean nothing: anywhere but as a key. */
static bool build_value(struct builder *b, size_t depth, struct yaml_node *node)
{
    if (!build_node(b, depth, node))
        return false;
    if (node->role != NODE_MERGE_KEY && node->role != NODE_DEFAULT_KEY)
        return true;
    return yaml_problem_set(b->problem, YAML_PROBLEM_TAG, node,
                            "'%s' means something only as a key: put it in quotes", node->of.text);
}

/* The top of the stack, from `base`, becomes the items of `list`. */
static bool take_items(struct builder *b, struct yaml_node *list, size_t base)
{
    size_t count = b->stack_count - base, weight = 1;
    b->stack_count = base;
    if (!count)
        return true;
    struct yaml_children *children = yaml_children_new(&b->document->arena, b->file, count);
    if (!children)
        return yaml_problem_nomem(b->problem);
    for (size_t i = 0; i < count; i++) {
        children->node[i] = b->stack[base + i];
        children->node[i].place = (uint32_t)i;
        weight += yaml_weight(&children->node[i]);
    }
    children->weight = weight < UINT32_MAX ? (uint32_t)weight : UINT32_MAX;
    list->of.children = children;
    list->count = (uint32_t)count;
    return true;
}

static bool build_items(struct builder *b, struct yaml_node *list, size_t depth)
{
    size_t base = b->stack_count;
    while (next_event(b) && b->event.type != YAML_SEQUENCE_END_EVENT) {
        struct yaml_node item;
        if (!build_value(b, depth, &item) || !push(b, &item))
            return false;
    }
    return b->event.type == YAML_SEQUENCE_END_EVENT && take_items(b, list, base);
}

static bool build_entries(struct builder *b, struct yaml_node *map, size_t depth)
{
    size_t base = b->stack_count, merged;
    while (next_event(b) && b->event.type != YAML_MAPPING_END_EVENT) {
        struct yaml_node key, value;
        if (!build_node(b, depth, &key) || !push(b, &key) || !next_event(b) ||
            !build_value(b, depth, &value) || !push(b, &value))
            return false;
    }
    if (b->event.type != YAML_MAPPING_END_EVENT)
        return false;
    const struct yaml_node *pairs = b->stack ? b->stack + base : NULL;
    if (!yaml_map_build(map, pairs, (b->stack_count - base) / 2, b->file, &b->document->arena,
                        &merged, b->problem))
        return false;
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

static bool build_list(struct builder *b, size_t depth, struct yaml_node *list)
{
    struct anchor *anchor;
    *list = place(b);
    list->kind = YAML_LIST;
    bool ok = check_depth(b, list, depth) &&
              check_collection_tag(b, list, b->event.data.sequence_start.tag, YAML_SEQ_TAG) &&
              begin_anchor(b, b->event.data.sequence_start.anchor, list, &anchor) &&
              build_items(b, list, depth + 1);
    if (ok)
        end_anchor(anchor, list);
    return ok;
}

static bool build_map(struct builder *b, size_t depth, struct yaml_node *map)
{
    struct anchor *anchor;
    *map = place(b);
    map->kind = YAML_MAP;
    bool ok = check_depth(b, map, depth) &&
              check_collection_tag(b, map, b->event.data.mapping_start.tag, YAML_MAP_TAG) &&
              begin_anchor(b, b->event.data.mapping_start.anchor, map, &anchor) &&
              build_entries(b, map, depth + 1);
    if (ok)
        end_anchor(anchor, map);
    return ok;
}

/* The node that the current event begins. */
static bool build_node(struct builder *b, size_t depth, struct yaml_node *node)
{
    switch (b->event.type) {
    case YAML_ALIAS_EVENT:
        return build_alias(b, node);
    case YAML_SCALAR_EVENT:
        return build_scalar(b, node);
    case YAML_SEQUENCE_START_EVENT:
        return build_list(b, depth, node);
    default:
        return build_map(b, depth, node);
    }
}

static bool build_root(struct builder *b)
{
    struct yaml_children *root = yaml_children_new(&b->document->arena, b->file, 1);
    if (!root)
        return yaml_problem_nomem(b->problem);
    b->document->root = root->node;
    if (b->event.type != YAML_STREAM_END_EVENT)
        return next_event(b) && build_value(b, 0, root->node);
    root->node[0] = place(b);
    root->node[0].of.text = "";
    return true;
}

static bool build_document(struct builder *b)
{
    if (!next_event(b) || !next_event(b)) /* the stream's start, then the document's */
        return false;
    bool is_empty = b->event.type == YAML_STREAM_END_EVENT;
    if (!build_root(b) || is_empty)
        return is_empty;
    if (!next_event(b) || !next_event(b))
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
    if (limits.size > YAML_LONGEST_TEXT)
        limits.size = YAML_LONGEST_TEXT;
    if (!limits.depth)
        limits.depth = DEFAULT_DEPTH;
    if (!limits.expansion)
        limits.expansion = expansion > DEFAULT_EXPANSION ? expansion : DEFAULT_EXPANSION;
    return limits;
}

static bool parse_text(struct builder *b, const char *text, size_t length)
{
    if (length > b->limits.size) {
        struct yaml_node node = place_of_byte(text, 0);
        return yaml_problem_set(b->problem, YAML_PROBLEM_LIMIT, &node,
                                "the text is %zu bytes long, over the limit of %zu", length,
                                b->limits.size);
    }
    if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) { /* a mark of byte order says nothing */
        text += 3;
        length -= 3;
    }
    if (!yaml_parser_initialize(&b->parser))
        return yaml_problem_nomem(b->problem);
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
    struct builder *b = calloc(1, sizeof *b);
    const char *name = document ? arena_strdup(&document->arena, file) : NULL;
    bool ok = false;
    if (b && name) {
        b->document = document;
        b->file = name;
        b->limits = complete(limits, length);
        b->problem = problem;
        ok = parse_text(b, text, length);
    } else {
        yaml_problem_nomem(problem);
    }
    free(b);
    if (ok)
        return document;
    problem->mark.file = file;
    yaml_document_free(document);
    return NULL;
}
