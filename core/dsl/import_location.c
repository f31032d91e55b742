/* import_location.c - where an import is found: beside the blueprint, beside its importer, among
 * the resources, in this program, at a URL (dsl.md 2.3, 2.4). */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/files.h"
#include "dsl/compiler.h"
#include "dsl/imports.h"

static const char types_folder[] = "cloudify/types/";
static const char types_import[] = "cloudify/types/types.yaml";

/* A search through the places where a name may be. */
struct search {
    struct compiler *c;
    const struct import *import;
    struct strbuf tried; /* "'a', 'b'" */
    bool is_over;        /* found, or an error is reported */
    struct source *found;
};

static void add_tried(struct search *search, const char *place)
{
    struct strbuf quoted = STRBUF_INIT;
    strbuf_add_all(&quoted, "'", place, "'");
    if (!strstr(search->tried.text, quoted.text))
        strbuf_add_all(&search->tried, search->tried.length ? ", " : "", quoted.text);
    strbuf_release(&quoted);
}

static void finish(struct search *search, struct source *source)
{
    search->found = source;
    search->is_over = true;
}

static void try_file(struct search *search, const char *directory, const char *name)
{
    bool absent = false;
    if (search->is_over)
        return;
    char *path = source_path(search->c, directory, name);
    if (!path) {
        finish(search, NULL);
        return;
    }
    struct source *source = source_read(search->c, path, search->import->at, &absent);
    if (absent)
        add_tried(search, path);
    else
        finish(search, source);
    free(path);
}

/* "folder/types_1_4.yaml" for "folder/types.yaml" in a blueprint of version 1_4. */
static void write_versioned(const struct compiler *c, const char *name, struct strbuf *out)
{
    const char *dot = strrchr(path_base(name), '.');
    size_t length = dot && dot != path_base(name) ? (size_t)(dot - name) : strlen(name);
    strbuf_add(out, name, length);
    strbuf_addf(out, "_1_%d%s", c->version, name + length);
}

static void try_versions(struct search *search, const char *directory, const char *name)
{
    struct strbuf versioned = STRBUF_INIT;
    write_versioned(search->c, name, &versioned);
    if (versioned.failed) {
        compiler_nomem(search->c);
        finish(search, NULL);
    } else {
        try_file(search, directory, versioned.text);
        try_file(search, directory, name);
    }
    strbuf_release(&versioned);
}

static struct source *read_url(struct compiler *c, const char *url, struct error *err)
{
    const struct import_resolver *resolver = c->options ? c->options->resolver : NULL;
    struct source *known = source_find(c, url);
    size_t length = 0;
    if (known)
        return known;
    if (!resolver || !resolver->read) {
        error_set(err, ERROR_NOT_FOUND, "only files, plugins and '%s' can be imported here",
                  types_import);
        return NULL;
    }
    char *text = resolver->read(resolver->data, url, &length, err);
    const char *slash = strrchr(url, '/');
    char *directory = text && slash ? strndup(url, (size_t)(slash - url)) : NULL;
    struct source *source = text ? source_parse(c, url, directory, NULL, text, length) : NULL;
    if (source)
        source->is_remote = true;
    free(text);
    return source;
}

/* Relative to the URL of the file that imports it. What cannot be read there may be elsewhere. */
static void try_beside_url(struct search *search, const char *directory, const char *name)
{
    struct error err = {0};
    struct strbuf url = STRBUF_INIT;
    if (search->is_over)
        return;
    strbuf_add_all(&url, directory, "/", name);
    struct source *source = read_url(search->c, url.text, &err);
    if (source || !err.code)
        finish(search, source);
    else
        add_tried(search, url.text);
    strbuf_release(&url);
}

static struct source *parse_builtin(struct compiler *c, const char *name,
                                    const struct embedded_file *file)
{
    struct strbuf shown = STRBUF_INIT;
    strbuf_add_all(&shown, types_folder, name);
    struct source *source = source_find(c, shown.text);
    if (!source)
        source = source_builtin(c, shown.text, file);
    strbuf_release(&shown);
    return source;
}

/* The types are there for each version that has types of its own. */
static void try_builtin(struct search *search, const char *name)
{
    static const char *const variants[] = {"types_1_3.yaml", "types_1_3.yaml", "types_1_3.yaml",
                                           "types_1_3.yaml", "types_1_4.yaml", "types.yaml"};
    if (search->is_over || strncmp(name, types_folder, sizeof types_folder - 1) != 0)
        return;
    const char *wanted =
        strcmp(name, types_import) ? name + sizeof types_folder - 1 : variants[search->c->version];
    const struct embedded_file *file = embedded_find(embedded_types, wanted);
    if (file)
        finish(search, parse_builtin(search->c, wanted, file));
    else
        add_tried(search, name);
}

static struct source *search_places(struct compiler *c, const struct import *import)
{
    struct search search = {c, import, STRBUF_INIT, false, NULL};
    const struct source *importer = import->importer->source;
    const char *resources = c->options ? c->options->resources : NULL;
    if (import->name[0] == '/') {
        try_versions(&search, ".", import->name);
    } else {
        try_versions(&search, c->directory, import->name);
        if (importer->directory && importer->is_remote)
            try_beside_url(&search, importer->directory, import->name);
        else if (importer->directory)
            try_file(&search, importer->directory, import->name);
        if (resources)
            try_versions(&search, resources, import->name);
        try_builtin(&search, import->name);
    }
    if (!search.is_over)
        compiler_error(c, &code_import_not_found, import->at, import->path, NULL,
                       "import '%s' is not found: tried %s", import->written, search.tried.text);
    strbuf_release(&search.tried);
    return search.found;
}

static struct source *import_failed(struct compiler *c, const struct import *import,
                                    const struct error *err)
{
    compiler_error(c, &code_import_not_found, import->at, import->path, NULL, "import '%s': %s",
                   import->written, err->text);
    return NULL;
}

static struct source *read_path(struct compiler *c, const struct import *import, const char *path)
{
    struct error err = {0};
    bool absent = false;
    struct source *source = source_read(c, path, import->at, &absent);
    if (!absent)
        return source;
    error_set(&err, ERROR_NOT_FOUND, "there is no file '%s'", path);
    return import_failed(c, import, &err);
}

/* "file:/path", "file:///path": a path in a URL, in which %20 is a space. */
static void write_file_path(const char *url, struct strbuf *path)
{
    url += strlen("file:");
    if (!strncmp(url, "//", 2))
        url += 2;
    for (; *url; url++) {
        char code[3] = {0};
        if (*url == '%' && isxdigit((unsigned char)url[1]) && isxdigit((unsigned char)url[2])) {
            memcpy(code, url + 1, 2);
            url += 2;
        }
        strbuf_addc(path, *code ? (char)strtol(code, NULL, 16) : *url);
    }
}

static struct source *read_file_url(struct compiler *c, const struct import *import,
                                    const char *url, struct error *err)
{
    struct strbuf path = STRBUF_INIT;
    bool absent = false;
    write_file_path(url, &path);
    struct source *source = source_read(c, path.text, import->at, &absent);
    if (absent)
        error_set(err, ERROR_NOT_FOUND, "there is no file '%s'", path.text);
    strbuf_release(&path);
    return source;
}

/* "blueprint:ID" is blueprint.yaml of the folder blueprints/ID beside the main file. */
static struct source *read_blueprint(struct compiler *c, const struct import *import)
{
    const char *id = import->name + strlen("blueprint:");
    struct error err = {0};
    struct strbuf name = STRBUF_INIT;
    if (!path_is_inside(id)) {
        error_set(&err, ERROR_INVALID, "'%s' is not the id of a blueprint", id);
        return import_failed(c, import, &err);
    }
    strbuf_add_all(&name, "blueprints/", id, "/blueprint.yaml");
    char *path = source_path(c, c->directory, name.text);
    struct source *source = path ? read_path(c, import, path) : NULL;
    strbuf_release(&name);
    free(path);
    return source;
}

static bool has_scheme(const char *name, const char *scheme)
{
    size_t length = strlen(scheme);
    return !strncmp(name, scheme, length) && name[length] == ':';
}

static bool is_remote(const char *name)
{
    static const char *const schemes[] = {"http", "https", "ftp", "file", "plugin", "blueprint"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        if (has_scheme(name, schemes[i]))
            return true;
    }
    return false;
}

/* What one URL gives; NULL with `err` set: nothing, so that another may be tried. */
static struct source *fetch(struct compiler *c, const struct import *import, const char *url,
                            struct error *err)
{
    return has_scheme(url, "file") ? read_file_url(c, import, url, err) : read_url(c, url, err);
}

/* ---- rules that say from where URLs are fetched instead (dsl.md 2.5) ---- */

/* The URL that a rule "PREFIX=REPLACEMENT" makes of `name`; false: it does not apply. */
static bool apply_rule(const char *rule, const char *name, struct strbuf *url)
{
    const char *equals = strchr(rule, '=');
    size_t length = equals ? (size_t)(equals - rule) : 0;
    strbuf_truncate(url, 0);
    if (!equals || strncmp(rule, name, length) != 0)
        return false;
    strbuf_add_all(url, equals + 1, name + length);
    return true;
}

/* Try `url` unless the search is over; what it gives, or why it gives nothing, is noted. */
static void try_url(struct search *search, const char *url, struct strbuf *reasons)
{
    struct error err = {0};
    if (search->is_over)
        return;
    struct source *source = fetch(search->c, search->import, url, &err);
    if (source || !err.code)
        finish(search, source);
    else
        strbuf_add_all(reasons, reasons->length ? "; " : "", err.text);
}

/* Whether `url` is "https://HOST/spec/cloudify/VERSION/types.yaml", where the types of Cloudify are
 * published: blueprints that import them are to work without a network. */
static bool is_published_types(const char *url)
{
    static const char *const places[] = {"www.getcloudify.org/spec/cloudify/",
                                         "getcloudify.org/spec/cloudify/",
                                         "cloudify.co/spec/cloudify/"};
    const char *place = strstr(url, "://");
    for (size_t i = 0; place && i < sizeof places / sizeof *places; i++) {
        size_t length = strlen(places[i]);
        if (!strncmp(place + 3, places[i], length)) {
            const char *version = place + 3 + length;
            return *version != '/' && !strcmp(version + strcspn(version, "/"), "/types.yaml");
        }
    }
    return false;
}

static struct source *read_by_rules(struct compiler *c, const struct import *import)
{
    struct search search = {c, import, STRBUF_INIT, false, NULL};
    struct strbuf url = STRBUF_INIT, reasons = STRBUF_INIT;
    const char *const *rule = c->options ? c->options->import_rules : NULL;
    bool applied = false;
    for (; rule && *rule; rule++) {
        if (!apply_rule(*rule, import->name, &url))
            continue;
        applied = true;
        try_url(&search, url.text, &reasons);
    }
    if (is_published_types(import->name))
        try_builtin(&search, types_import);
    else if (!applied || !c->options->import_rules_only)
        try_url(&search, import->name, &reasons);
    if (!search.is_over)
        compiler_error(c, &code_import_not_found, import->at, import->path, NULL, "import '%s': %s",
                       import->written, reasons.text);
    strbuf_release(&url);
    strbuf_release(&reasons);
    return search.found;
}

static struct source *read_remote(struct compiler *c, const struct import *import)
{
    if (has_scheme(import->name, "plugin"))
        return plugin_import_locate(c, import);
    if (has_scheme(import->name, "blueprint"))
        return read_blueprint(c, import);
    return read_by_rules(c, import);
}

struct source *import_locate(struct compiler *c, const struct import *import)
{
    const struct import_resolver *resolver = c->options ? c->options->resolver : NULL;
    struct error err = {0};
    if (!is_remote(import->name))
        return search_places(c, import);
    char *path =
        resolver && resolver->locate ? resolver->locate(resolver->data, import->name, &err) : NULL;
    if (err.code)
        return import_failed(c, import, &err);
    struct source *source = path ? read_path(c, import, path) : read_remote(c, import);
    free(path);
    return source;
}
