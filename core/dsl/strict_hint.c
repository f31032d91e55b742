/* strict_hint.c - see strict_hint.h. */
#include "dsl/strict_hint.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/strbuf.h"

enum { MODULE_DEPTH = 4 };

/* ---- modules ---- */

/* A search through the folders of a plugin. */
struct module_search {
    struct compiler *c;
    struct suggestion suggestion;
    const char *same_end; /* the first one found, or NULL */
};

static bool ends_with_module(const char *module, const char *end)
{
    size_t length = strlen(module), end_length = strlen(end);
    return length > end_length && module[length - end_length - 1] == '.' &&
           !strcmp(module + length - end_length, end);
}

static void consider_module(struct module_search *search, const char *name, size_t length)
{
    const char *module = arena_strndup(&search->c->arena, name, length);
    if (!module) {
        compiler_nomem(search->c);
        return;
    }
    suggestion_consider(&search->suggestion, module);
    if (!search->same_end && (ends_with_module(module, search->suggestion.wanted) ||
                              ends_with_module(search->suggestion.wanted, module)))
        search->same_end = module;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void search_folder(struct module_search *search, const char *folder, const char *prefix,
                          int depth);

/* @param name of the file as a module, "shop.tasks.lua" */
static void search_entry(struct module_search *search, const char *path, const char *name,
                         int depth)
{
    static const char ending[] = ".lua";
    size_t length = strlen(name), end = sizeof ending - 1;
    if (directory_exists(path)) {
        struct strbuf prefix = STRBUF_INIT;
        strbuf_add_all(&prefix, name, ".");
        if (!prefix.failed)
            search_folder(search, path, prefix.text, depth + 1);
        strbuf_release(&prefix);
    } else if (length > end && !strcmp(name + length - end, ending)) {
        consider_module(search, name, length - end);
    }
}

static void search_folder(struct module_search *search, const char *folder, const char *prefix,
                          int depth)
{
    struct dirent **entries = NULL;
    int count = depth < MODULE_DEPTH ? scandir(folder, &entries, is_visible, alphasort) : 0;
    for (int i = 0; i < count; i++) {
        struct strbuf name = STRBUF_INIT;
        char *path = path_join(folder, entries[i]->d_name);
        strbuf_add_all(&name, prefix, entries[i]->d_name);
        if (path && !name.failed)
            search_entry(search, path, name.text, depth);
        strbuf_release(&name);
        free(path);
        free(entries[i]);
    }
    free(entries);
}

const char *hint_of_module(struct compiler *c, const char *folder, const struct code_name *name)
{
    struct module_search search = {.c = c};
    suggestion_init(&search.suggestion, name->module);
    char *of_rock = path_join(folder, "lua");
    search_folder(&search, folder, "", 0);
    if (of_rock)
        search_folder(&search, of_rock, "", 1);
    free(of_rock);
    const char *best = search.same_end ? search.same_end : search.suggestion.best;
    struct strbuf text = STRBUF_INIT;
    strbuf_add_all(&text, "did you mean '", name->plugin, ".", best ? best : "", ".",
                   name->function, "'?");
    const char *hint = best ? arena_strdup(&c->arena, text.text) : NULL;
    if (best && !hint)
        compiler_nomem(c);
    strbuf_release(&text);
    return hint;
}

/* ---- functions ---- */

static bool is_word_character(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Whether the word that ends before `end` is given a value: `tasks.NAME =`, `NAME = ` in a table.
 */
static bool is_assigned(const char *end)
{
    end += strspn(end, " \t");
    return end[0] == '=' && end[1] != '=';
}

/* Whether the word from `word` on is the name in `function tasks.NAME(`. */
static bool is_function_name(const char *text, const char *word)
{
    static const char keyword[] = "function ";
    size_t length = sizeof keyword - 1;
    if (word == text || (word[-1] != '.' && word[-1] != ':'))
        return false;
    for (word--; word > text && is_word_character(word[-1]);)
        word--;
    return (size_t)(word - text) >= length && !strncmp(word - length, keyword, length);
}

static bool is_local(const char *text, const char *word)
{
    static const char keyword[] = "local ";
    size_t length = sizeof keyword - 1;
    return (size_t)(word - text) >= length && !strncmp(word - length, keyword, length);
}

const char *hint_of_function(struct compiler *c, const char *text, const char *function)
{
    struct suggestion suggestion;
    suggestion_init(&suggestion, function);
    for (const char *word = text; *word;) {
        size_t length = 0;
        while (is_word_character(word[length]))
            length++;
        if (length && !is_local(text, word) &&
            (is_assigned(word + length) || is_function_name(text, word))) {
            const char *name = arena_strndup(&c->arena, word, length);
            if (name)
                suggestion_consider(&suggestion, name);
            else
                compiler_nomem(c);
        }
        word += length + (word[length] != '\0');
    }
    return compiler_hint(c, &suggestion);
}
