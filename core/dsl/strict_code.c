/* strict_code.c - the code that a blueprint names, as far as it can be seen without running it
 * (strict.h). */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "dsl/lua_text.h"
#include "dsl/namespace.h"
#include "dsl/operations.h"
#include "dsl/strict.h"
#include "dsl/strict_hint.h"

enum { CODE_LIMIT = 4 * 1024 * 1024, FOLDER_DEPTH = 8 };

static bool is_word_character(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)); at += length) {
        if ((at == text || !is_word_character(at[-1])) && !is_word_character(at[length]))
            return true;
    }
    return false;
}

static char *read_code(const char *path)
{
    struct error err = {0};
    size_t length = 0, ending = strlen(path);
    char *text = file_read_regular(path, CODE_LIMIT, &length, &err);
    /* What stands there in comments only is not there. */
    if (text && ending > 4 && !strcmp(path + ending - 4, ".lua"))
        lua_text_blank_comments(text);
    return text;
}

/* ---- where plugins are ---- */

/* Where the plugin is; nowhere also if that cannot be known. */
static struct plugin_place place_of(struct compiler *c, const struct plan_plugin *plugin)
{
    const struct plugin_search search = {.blueprint_folder = c->directory,
                                         .directories = c->options->plugin_directories,
                                         .resolver = c->options->resolver};
    struct plugin_place place = {0};
    struct error ignored = {0}; /* who makes a deployment is told */
    plugin_place_find(plugin, &search, &c->arena, &place, &ignored);
    return place;
}

/* The text of a module, new, or NULL. Those of a rock are in lua/. */
static char *read_module(const char *folder, const char *module)
{
    static const char *const forms[][2] = {
        {"/", ".lua"}, {"/", "/init.lua"}, {"/lua/", ".lua"}, {"/lua/", "/init.lua"}};
    char *text = NULL;
    for (size_t i = 0; !text && i < sizeof forms / sizeof *forms; i++) {
        struct strbuf path = STRBUF_INIT;
        strbuf_add_all(&path, folder, forms[i][0]);
        size_t start = path.length;
        strbuf_adds(&path, module);
        for (size_t j = start; j < path.length; j++) {
            if (path.text[j] == '.')
                path.text[j] = '/';
        }
        strbuf_adds(&path, forms[i][1]);
        text = read_code(path.text);
        strbuf_release(&path);
    }
    return text;
}

/* In the plugin's folder, or straight in one of the given directories. */
static char *find_module(struct compiler *c, const struct plugin_place *place, const char *module)
{
    const char *const *directory = c->options->plugin_directories;
    char *text = place->folder ? read_module(place->folder, module) : NULL;
    for (; !text && !place->folder && directory && *directory; directory++)
        text = read_module(*directory, module);
    return text;
}

/* Warn once that all the code of a plugin is missing. */
static void warn_missing_plugin(struct compiler *c, const char *plugin, const char *subject,
                                const struct yaml_node *at, const struct path *path)
{
    static char warned[] = "warned";
    struct strbuf key = STRBUF_INIT;
    strbuf_add_all(&key, "plugin\n", plugin);
    if (!map_has(&c->checked_code, key.text)) {
        compiler_warn(
            c, &code_missing_function, at, path, "name the directory that holds it with --plugins",
            "%s: plugin '%s' is not found, so its functions cannot be looked for", subject, plugin);
        if (!map_set(&c->checked_code, key.text, warned))
            compiler_nomem(c);
    }
    strbuf_release(&key);
}

static bool is_module_of(const char *module, const char *package)
{
    size_t length = strlen(package);
    return !strncmp(module, package, length) && (module[length] == '.' || !module[length]);
}

/* Modules of the runtime itself, of the built-in workflows and of scripts, need not be found. */
static bool is_of_runtime(const char *module)
{
    return is_module_of(module, "cloudify") || is_module_of(module, "script_runner");
}

static void check_function(struct compiler *c, const struct implementation *found,
                           const char *subject, const struct yaml_node *at, const struct path *path)
{
    const char *dot = strrchr(found->function, '.');
    char *module =
        dot ? arena_strndup(&c->arena, found->function, (size_t)(dot - found->function)) : NULL;
    if (!module || is_of_runtime(module))
        return;
    const char *plugin = found->plugin->folder;
    const struct plugin_place place = place_of(c, found->plugin);
    char *text = find_module(c, &place, module);
    if (!text && !place.folder)
        warn_missing_plugin(c, plugin, subject, at, path);
    else if (!text)
        compiler_warn(c, &code_missing_function, at, path,
                      hint_of_module(c, place.folder, &(struct code_name){plugin, module, dot + 1}),
                      "%s: plugin '%s' has no module '%s'", subject, plugin, module);
    else if (!has_word(text, dot + 1))
        compiler_warn(c, &code_missing_function, at, path, hint_of_function(c, text, dot + 1),
                      "%s: module '%s' of plugin '%s' has no function '%s'", subject, module,
                      plugin, dot + 1);
    free(text);
}

static void check_script(struct compiler *c, const char *script, const char *subject,
                         const struct yaml_node *at, const struct path *path)
{
    char *file = path_join(c->directory, plan_local_name(script));
    if (file && file_exists(file) && access(file, X_OK))
        compiler_warn(c, &code_script_mode, at, path, "chmod +x it",
                      "%s: the script '%s' cannot be executed", subject, script);
    free(file);
}

static bool is_in_builtin_file(const struct compiler *c, const struct yaml_node *at)
{
    const char *file = yaml_mark(at).file;
    for (size_t i = 0; i < c->document_count; i++) {
        const struct document *document = c->documents[i];
        if (document->is_builtin && !strcmp(document->source->name, file))
            return true;
    }
    return false;
}

void strict_check_code(struct compiler *c, const struct implementation *found, const char *mapping,
                       const char *subject, const struct yaml_node *at, const struct path *path)
{
    static char checked[] = "checked";
    if (!strict_is_on(c) || map_has(&c->checked_code, mapping) || is_in_builtin_file(c, at))
        return;
    if (!map_set(&c->checked_code, mapping, checked))
        compiler_nomem(c);
    if (!found->script_key)
        check_function(c, found, subject, at, path);
    else if (!strcmp(found->script_key, "script_path") && !mapping_is_url(mapping))
        check_script(c, found->script, subject, at, path);
}

/* ---- properties that nobody reads ---- */

/* Words of all code that may read properties. */
struct code {
    struct compiler *c;
    struct map words;
    bool is_incomplete; /* some of the code is not here */
};

/* Longer ones than anybody calls a property are left out. */
static void add_word(struct code *code, const char *word, size_t length)
{
    static char known[] = "known";
    char name[256];
    if (length >= sizeof name)
        return;
    memcpy(name, word, length);
    name[length] = '\0';
    if (!map_has(&code->words, name) && !map_set(&code->words, name, known))
        compiler_nomem(code->c);
}

static void add_words(struct code *code, const char *text)
{
    while (*text) {
        size_t length = 0;
        while (is_word_character(text[length]))
            length++;
        if (length)
            add_word(code, text, length);
        text += length + (text[length] != '\0');
    }
}

static void add_folder(struct code *code, const char *folder, int depth);

static void add_file(struct code *code, const char *path, int depth)
{
    if (directory_exists(path)) {
        add_folder(code, path, depth + 1);
        return;
    }
    char *text = read_code(path);
    if (text)
        add_words(code, text);
    free(text);
}

static void add_folder(struct code *code, const char *folder, int depth)
{
    DIR *directory = depth < FOLDER_DEPTH ? opendir(folder) : NULL;
    struct dirent *entry;
    while (directory && (entry = readdir(directory))) {
        if (entry->d_name[0] == '.')
            continue;
        char *path = path_join(folder, entry->d_name);
        if (path)
            add_file(code, path, depth);
        free(path);
    }
    if (directory)
        closedir(directory);
}

static void add_plugin(struct code *code, const struct plan_plugin *plugin)
{
    const struct plugin_place place = place_of(code->c, plugin);
    if (place.folder)
        add_folder(code, place.folder, 0);
    else
        code->is_incomplete = true;
}

/* Plugins, scripts, and what functions name: all as words, whichever property is meant by them. */
static void collect(struct code *code)
{
    const struct plan *plan = code->c->plan;
    bool *seen = calloc(plan->plugin_count + 1, sizeof *seen);
    for (size_t i = 0; seen && i < plan->operation_count; i++) {
        const struct operation *operation = plan->operations[i];
        const char *script = json_string_value(json_object_get(operation->inputs, "script_path"));
        const char *source = json_string_value(json_object_get(operation->inputs, "script_source"));
        if (source)
            add_words(code, source);
        char *path = script ? path_join(code->c->directory, plan_local_name(script)) : NULL;
        if (path)
            add_file(code, path, FOLDER_DEPTH);
        free(path);
        size_t index = operation->plugin ? (size_t)(operation->plugin - plan->plugins) : 0;
        if (operation->plugin && !script && !source && !seen[index]) {
            seen[index] = true;
            add_plugin(code, operation->plugin);
        }
    }
    /* What no node uses yet can be read all the same; whoever declares it may be about to. */
    for (size_t i = 0; seen && i < plan->plugin_count; i++) {
        if (!seen[i] && place_of(code->c, &plan->plugins[i]).folder)
            add_plugin(code, &plan->plugins[i]);
    }
    free(seen);
}

static void add_texts(struct code *code, const struct yaml_node *node)
{
    bool is_map = yaml_kind(node) == YAML_MAP;
    if (yaml_string(node))
        add_words(code, yaml_string(node));
    for (size_t i = 0; i < yaml_count(node); i++)
        add_texts(code, is_map ? yaml_value(node, i) : yaml_item(node, i));
}

static void check_type(struct code *code, const struct entry *entry, const struct path *above)
{
    const struct yaml_node *properties = field_of(entry->value, "properties");
    struct path type = {above, entry->name, 0}, path = {&type, "properties", 0};
    for (size_t i = 0; properties && i < yaml_count(properties); i++) {
        const char *name = yaml_text(yaml_key(properties, i));
        struct path below = {&path, name, 0};
        if (!map_has(&code->words, name))
            compiler_warn(code->c, &code_unread_property, yaml_key(properties, i), &below, NULL,
                          "node type '%s': nothing reads the property '%s'", entry->name, name);
    }
}

void strict_check_properties(struct compiler *c)
{
    struct code code = {.c = c};
    const struct map *types = &c->sections[SECTION_NODE_TYPES];
    struct path path = {NULL, "node_types", 0};
    if (!strict_is_on(c))
        return;
    collect(&code);
    for (size_t i = 0; i < c->document_count; i++) {
        if (!c->documents[i]->is_builtin)
            add_texts(&code, c->documents[i]->root);
    }
    for (size_t i = 0; !code.is_incomplete && i < types->count; i++) {
        const struct entry *entry = types->entries[i].value;
        if (!entry->document->is_builtin)
            check_type(&code, entry, &path);
    }
    map_release(&code.words);
}
