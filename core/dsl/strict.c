/* strict.c - see strict.h: what is in the files. Code is looked at in strict_code.c. */
#include "dsl/strict.h"

#include <string.h>

#include "dsl/interfaces.h"
#include "dsl/operations.h"
#include "functions/functions.h"

bool strict_is_on(const struct compiler *c)
{
    return c->options && c->options->strict;
}

/* ---- names that are written almost like known ones ---- */

/* Warn if `key` is none of the known names but like one of them. */
static void check_spelling(struct compiler *c, const char *subject, const char *kind,
                           const struct yaml_node *key, struct suggestion *suggestion,
                           const struct path *path)
{
    if (suggestion_is_close(suggestion))
        compiler_warn(c, &code_spelling, key, path, compiler_hint(c, suggestion),
                      "%s inherits no %s '%s': this is a new one", subject, kind,
                      suggestion->wanted);
}

static void check_operations(struct compiler *c, const struct interfaces *inherited,
                             const char *interface, const struct yaml_node *given,
                             const struct operation_owner *owner, const struct path *path)
{
    for (size_t i = 0; i < yaml_count(given); i++) {
        const struct yaml_node *key = yaml_key(given, i);
        struct path below = {path, yaml_text(key), 0};
        struct suggestion suggestion;
        suggestion_init(&suggestion, yaml_text(key));
        for (size_t j = 0; j < inherited->count; j++) {
            if (!strcmp(inherited->items[j]->interface, interface))
                suggestion_consider(&suggestion, yaml_text(inherited->items[j]->at));
        }
        check_spelling(c, owner->subject, "operation", key, &suggestion, &below);
    }
}

void strict_check_interfaces(struct compiler *c, const struct interfaces *inherited,
                             const struct yaml_node *given, const struct operation_owner *owner)
{
    for (size_t i = 0; strict_is_on(c) && given && i < yaml_count(given); i++) {
        const struct yaml_node *key = yaml_key(given, i);
        struct path path = {owner->path, yaml_text(key), 0};
        struct suggestion suggestion;
        suggestion_init(&suggestion, yaml_text(key));
        for (size_t j = 0; j < inherited->count; j++)
            suggestion_consider(&suggestion, inherited->items[j]->interface);
        check_spelling(c, owner->subject, "interface", key, &suggestion, &path);
        check_operations(c, inherited, yaml_text(key), yaml_value(given, i), owner, &path);
    }
}

void strict_check_inputs(struct compiler *c, const char *subject, const json_t *schemas,
                         const struct yaml_node *given, const struct path *path)
{
    struct path inputs = {path, "inputs", 0};
    for (size_t i = 0; strict_is_on(c) && given && i < yaml_count(given); i++) {
        const struct yaml_node *key = yaml_key(given, i);
        struct path below = {&inputs, yaml_text(key), 0};
        struct suggestion suggestion;
        suggestion_init(&suggestion, yaml_text(key));
        for (void *it = json_object_iter((json_t *)schemas); it;
             it = json_object_iter_next((json_t *)schemas, it))
            suggestion_consider(&suggestion, json_object_iter_key(it));
        if (suggestion_is_close(&suggestion))
            compiler_warn(c, &code_spelling, key, &below, compiler_hint(c, &suggestion),
                          "%s: its type declares no input '%s'", subject, suggestion.wanted);
    }
}

/* ---- entries that hide others ---- */

void strict_check_shadowed(struct compiler *c, const char *section, const struct entry *old,
                           const struct entry *entry, const struct path *path)
{
    struct yaml_mark first = yaml_mark(old->at);
    if (!strict_is_on(c) || old->document->is_builtin || entry->document->is_builtin)
        return;
    compiler_warn(c, &code_shadowed, entry->at, path, NULL,
                  "'%s' of '%s' is also defined at %s:%d: only one of them counts", entry->name,
                  section, first.file, first.line);
}

/* ---- whole files ---- */

/* What is met on a walk through the files. */
struct walk {
    struct compiler *c;
    struct map inputs;    /* names that a get_input has */
    bool has_other_names; /* a get_input whose name a function tells */
};

static void note_input(struct walk *walk, const struct yaml_node *arguments)
{
    static char used[] = "used";
    const struct yaml_node *name =
        yaml_kind(arguments) == YAML_LIST ? yaml_item(arguments, 0) : arguments;
    if (!name || yaml_kind(name) != YAML_STRING)
        walk->has_other_names = true;
    else if (!map_set(&walk->inputs, yaml_string(name), used))
        compiler_nomem(walk->c);
}

static void check_key(struct walk *walk, const struct yaml_node *key, const struct path *path)
{
    if (yaml_key_is_repeated(key))
        compiler_warn(walk->c, &code_repeated_key, key, path, NULL,
                      "the key '%s' is written more than once: the last one counts",
                      yaml_text(key));
}

/* A map with one key that is almost the name of a function is hardly meant as plain data. */
static void check_call(struct walk *walk, const struct yaml_node *map, const struct path *path)
{
    const struct yaml_node *key = yaml_count(map) == 1 ? yaml_key(map, 0) : NULL;
    if (!key || !yaml_string(key) || !strchr(yaml_string(key), '_') ||
        function_is_known(yaml_string(key)))
        return;
    struct suggestion suggestion;
    suggestion_init(&suggestion, yaml_string(key));
    functions_suggest(&suggestion);
    struct path below = {path, yaml_string(key), 0};
    if (suggestion.best)
        compiler_warn(walk->c, &code_spelling, key, &below, compiler_hint(walk->c, &suggestion),
                      "'%s' is no function, so this is plain data", yaml_string(key));
}

static void walk_node(struct walk *walk, const struct yaml_node *node, const struct path *path)
{
    bool is_map = yaml_kind(node) == YAML_MAP;
    if (is_map)
        check_call(walk, node, path);
    for (size_t i = 0; i < yaml_count(node); i++) {
        const struct yaml_node *key = is_map ? yaml_key(node, i) : NULL;
        const struct yaml_node *value = is_map ? yaml_value(node, i) : yaml_item(node, i);
        struct path below = {path, is_map ? yaml_text(key) : NULL, i};
        if (is_map)
            check_key(walk, key, &below);
        if (is_map && yaml_string(key) && !strcmp(yaml_string(key), "get_input"))
            note_input(walk, value);
        walk_node(walk, value, &below);
    }
}

static void check_inputs(struct walk *walk)
{
    const struct map *section = &walk->c->sections[SECTION_INPUTS];
    struct path above = {NULL, "inputs", 0};
    for (size_t i = 0; !walk->has_other_names && i < section->count; i++) {
        const struct entry *entry = section->entries[i].value;
        struct path path = {&above, entry->name, 0};
        if (!entry->document->is_builtin && !map_has(&walk->inputs, entry->name))
            compiler_warn(walk->c, &code_unused_input, entry->at, &path, NULL,
                          "input '%s' is not used", entry->name);
    }
}

void strict_check_documents(struct compiler *c)
{
    struct walk walk = {.c = c};
    if (!strict_is_on(c))
        return;
    for (size_t i = 0; i < c->document_count; i++) {
        if (!c->documents[i]->is_builtin)
            walk_node(&walk, c->documents[i]->root, NULL);
    }
    check_inputs(&walk);
    map_release(&walk.inputs);
}
