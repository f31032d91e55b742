/* plugin_import.c - `plugin:NAME?version=...`: which of the plugins at hand, and which of its YAML
 * files (dsl.md 2.3). */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/json.h"
#include "dsl/compiler.h"
#include "dsl/imports.h"
#include "dsl/package_version.h"

/* What is asked for. */
struct request {
    char *name;
    struct strbuf versions;   /* specifiers, comma-separated; "" for any version */
    const char *distribution; /* or NULL */
};

/* The best plugin so far. */
struct choice {
    struct source *source;
    const char *version;
    struct plugin_place place;
    struct strbuf seen; /* what was looked at: "'plugins/p' (version 1.0)" */
};

static bool refuse(struct compiler *c, const struct import *import, const char *hint,
                   const char *why, const char *what)
{
    return compiler_error(c, &code_plugin_import, import->at, import->path, hint,
                          "import '%s': %s '%s'", import->written, why, what);
}

/* Without blanks around it. */
static char *trimmed(char *text)
{
    text += strspn(text, " ");
    size_t length = strlen(text);
    while (length && text[length - 1] == ' ')
        text[--length] = '\0';
    return text;
}

/* One `key=value` of the query. */
static bool read_parameter(struct compiler *c, const struct import *import, char *parameter,
                           struct request *request)
{
    char *value = strchr(parameter, '=');
    if (value)
        *value++ = '\0';
    if (value && !strcmp(parameter, "distribution")) {
        request->distribution = value;
        return true;
    }
    if (!value || strcmp(parameter, "version"))
        return refuse(c, import, "known are 'version' and 'distribution'", "unknown parameter",
                      parameter);
    if (!package_specifiers_check(value))
        return refuse(c, import, "write it as 'version=>=1.2,<2'", "wrong version", value);
    strbuf_add_all(&request->versions, request->versions.length ? "," : "", trimmed(value));
    return true;
}

static bool read_request(struct compiler *c, const struct import *import, struct request *request)
{
    char *text = arena_strdup(&c->arena, import->name + strlen("plugin:"));
    if (!text)
        return compiler_nomem(c);
    char *query = strchr(text, '?');
    request->name = text;
    if (query)
        *query++ = '\0';
    if (!*text || !path_is_inside(text))
        return refuse(c, import, NULL, "not the name of a plugin:", text);
    bool ok = true;
    while (ok && query && *query) {
        char *next = strchr(query, '&');
        if (next)
            *next++ = '\0';
        ok = read_parameter(c, import, query, request);
        query = next;
    }
    return ok;
}

/* ---- the YAML files of a plugin ---- */

/* "types_1_4.yaml" is for one version of the language. */
static bool is_of_a_version(const char *name)
{
    const char *end = name + strlen(name) - strlen(".yaml");
    const char *at = end;
    while (at > name && isdigit((unsigned char)at[-1]))
        at--;
    return at < end && at - 3 >= name && at[-1] == '_' && isdigit((unsigned char)at[-2]) &&
           at[-3] == '_';
}

static bool is_yaml(const char *name)
{
    size_t length = strlen(name);
    return length > 5 && !strcmp(name + length - 5, ".yaml");
}

/* How well a file suits the blueprint: one made for its version, plugin.yaml, any other. */
static int suits(const struct compiler *c, const char *name)
{
    char wanted[sizeof "1_9.yaml"] = "1_0.yaml";
    wanted[2] = (char)('0' + c->version);
    if (!is_yaml(name))
        return 0;
    if (strstr(name, wanted))
        return 4;
    if (!strcmp(name, "plugin.yaml"))
        return 3;
    return is_of_a_version(name) ? 1 : 2;
}

/* The path of the file to import out of `directory`, new, or NULL: there is none. */
static char *find_yaml(const struct compiler *c, const char *directory)
{
    struct dirent **names = NULL;
    int count = scandir(directory, &names, NULL, alphasort), best = -1;
    for (int i = 0; i < count; i++) {
        int suitable = suits(c, names[i]->d_name);
        if (suitable && (best < 0 || suitable > suits(c, names[best]->d_name)))
            best = i;
    }
    char *path = best < 0 ? NULL : path_join(directory, names[best]->d_name);
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return path;
}

/* ---- choosing ---- */

static bool is_of_distribution(const struct yaml_node *plugin, const struct request *request)
{
    const char *distribution = field_string(plugin, "distribution", NULL);
    return !request->distribution || !distribution || !strcmp(request->distribution, distribution);
}

/* The record in a plugin's YAML that tells its version. */
static const struct yaml_node *plugin_record(const struct source *source,
                                             const struct request *request)
{
    const struct yaml_node *plugins = field_of(yaml_root(source->yaml), "plugins");
    const struct yaml_node *record = NULL;
    for (size_t i = 0; plugins && yaml_kind(plugins) == YAML_MAP && i < yaml_count(plugins); i++) {
        const struct yaml_node *plugin = yaml_value(plugins, i);
        if (!record || !strcmp(field_string(plugin, "package_name", ""), request->name))
            record = plugin;
    }
    return record;
}

static void note_seen(struct choice *choice, const char *path, const char *version)
{
    strbuf_addf(&choice->seen, "%s'%s'", choice->seen.length ? ", " : "", path);
    if (version)
        strbuf_addf(&choice->seen, " (version %s)", version);
}

static void consider(const struct request *request, struct source *source, const char *path,
                     const struct plugin_place *place, struct choice *choice)
{
    const struct yaml_node *record = plugin_record(source, request);
    const char *version = field_string(record, "package_version", NULL);
    note_seen(choice, path, version ? version : "unknown");
    bool suitable = is_of_distribution(record, request) &&
                    (!request->versions.length ||
                     (version && package_specifiers_allow(request->versions.text, version)));
    /* Of equal ones the first is taken: what lies beside the blueprint comes before the rest. */
    bool better = !choice->source || (version && choice->version &&
                                      package_version_compare(version, choice->version) > 0);
    if (suitable && better) {
        choice->source = source;
        choice->version = version;
        choice->place = *place;
    }
}

/* @return false: reported */
static bool consider_directory(struct compiler *c, const struct import *import,
                               enum plugin_place_kind kind, const char *directory,
                               const struct request *request, struct choice *choice)
{
    bool absent = false;
    char *folder = path_join(directory, request->name);
    const struct plugin_place place = {.kind = kind,
                                       .folder = folder ? arena_strdup(&c->arena, folder) : NULL};
    char *path = folder ? find_yaml(c, folder) : NULL;
    struct source *source = path ? source_read(c, path, import->at, &absent) : NULL;
    if (source)
        consider(request, source, path, &place, choice);
    else if (folder)
        note_seen(choice, folder, NULL);
    bool ok = place.folder && (!path || source || absent);
    if (!place.folder)
        compiler_nomem(c);
    free(folder);
    free(path);
    return ok;
}

static void not_found(struct compiler *c, const struct import *import,
                      const struct request *request, const struct choice *choice)
{
    if (request->versions.length)
        compiler_error(c, &code_import_not_found, import->at, import->path, NULL,
                       "import '%s': no plugin '%s' of version %s is found: tried %s",
                       import->written, request->name, request->versions.text, choice->seen.text);
    else
        compiler_error(c, &code_import_not_found, import->at, import->path, NULL,
                       "import '%s' is not found: tried %s", import->written, choice->seen.text);
}

/* ---- installed plugins: asked where no directory has what is wanted ---- */

static bool take_installed(struct compiler *c, const struct import *import,
                           const struct request *request, const char *version, const char *folder,
                           struct choice *choice)
{
    bool absent = false;
    char *path = find_yaml(c, folder);
    choice->source = path ? source_read(c, path, import->at, &absent) : NULL;
    choice->place = (struct plugin_place){.kind = PLUGIN_INSTALLED,
                                          .folder = arena_strdup(&c->arena, folder),
                                          .package_name = request->name,
                                          .package_version = arena_strdup(&c->arena, version)};
    bool is_broken = !path || absent;
    free(path);
    if (is_broken)
        return compiler_error(c, &code_import_not_found, import->at, import->path, NULL,
                              "import '%s': the installed plugin '%s' %s has no plugin.yaml: "
                              "install it again",
                              import->written, request->name, version);
    if (!choice->place.folder || !choice->place.package_version)
        return compiler_nomem(c);
    return choice->source;
}

/* The newest installed version that suits. @return false: reported */
static bool consider_installed(struct compiler *c, const struct import *import,
                               const struct request *request, struct choice *choice)
{
    const struct import_resolver *resolver = c->options ? c->options->resolver : NULL;
    struct error err = {0};
    if (!resolver || !resolver->installed)
        return true;
    json_t *list = resolver->installed(resolver->data, request->name, &err);
    bool ok = list || compiler_error(c, &code_import_not_found, import->at, import->path, NULL,
                                     "import '%s': %s", import->written, err.text);
    if (list && !json_array_size(list))
        strbuf_adds(&choice->seen, ", the installed plugins");
    for (size_t i = 0; ok && !choice->source && i < json_array_size(list); i++) {
        const json_t *installed = json_array_get(list, i);
        const char *version = json_string_at(installed, "version", "");
        strbuf_addf(&choice->seen, ", the installed version %s", version);
        if (!request->versions.length || package_specifiers_allow(request->versions.text, version))
            ok = take_installed(c, import, request, version,
                                json_string_at(installed, "folder", ""), choice);
    }
    json_decref(list);
    return ok;
}

/* What was chosen is where the code is, too. */
static struct source *keep_place(struct compiler *c, const struct choice *choice)
{
    struct plugin_place *place = compiler_alloc(c, sizeof *place);
    if (!place)
        return NULL;
    *place = choice->place;
    choice->source->place = place;
    return choice->source;
}

static struct source *choose(struct compiler *c, const struct import *import,
                             const struct request *request)
{
    struct choice choice = {.seen = STRBUF_INIT};
    const char *const *others = c->options ? c->options->plugin_directories : NULL;
    char *beside = source_path(c, c->directory, "plugins");
    bool ok = beside && consider_directory(c, import, PLUGIN_BESIDE, beside, request, &choice);
    for (; ok && others && *others; others++)
        ok = consider_directory(c, import, PLUGIN_GIVEN, *others, request, &choice);
    if (ok && !choice.source)
        ok = consider_installed(c, import, request, &choice);
    if (ok && !choice.source)
        not_found(c, import, request, &choice);
    strbuf_release(&choice.seen);
    free(beside);
    return ok && choice.source ? keep_place(c, &choice) : NULL;
}

struct source *plugin_import_locate(struct compiler *c, const struct import *import)
{
    struct request request = {.versions = STRBUF_INIT};
    struct source *source = NULL;
    if (read_request(c, import, &request))
        source = choose(c, import, &request);
    strbuf_release(&request.versions);
    return source;
}
