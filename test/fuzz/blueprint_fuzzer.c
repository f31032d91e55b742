/* blueprint_fuzzer.c - any bytes as a blueprint: parse, prepare, create the instances, show all.
 *
 * An input may have several files: a line `%%% PATH` begins the file PATH, what stands before the
 * first such line is the blueprint itself. Imports of `http://h/PATH` give the same files.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "deployment/deployment.h"
#include "dsl/blueprint.h"
#include "fuzzer.h"
#include "../dsl/diagnostics_text.h"

static const char separator[] = "%%% ";
static const char main_file[] = "blueprint.yaml";
static const char host[] = "http://h/";

/* Where the files of an input are, a directory of this process alone. */
static char directory[256];

static void remove_directory(void)
{
    struct error err = {0};
    tree_remove(directory, &err);
}

static void make_directory(void)
{
    if (directory[0])
        return;
    const char *temporary = getenv("TMPDIR");
    snprintf(directory, sizeof directory, "%s/blueprint_fuzzer-XXXXXX",
             temporary ? temporary : "/tmp");
    if (!mkdtemp(directory))
        abort();
    atexit(remove_directory);
}

/* The path of a file of the input, new; NULL for a name that is none. */
static char *path_of(const char *name)
{
    char *folder = path_join(directory, "files");
    char *path = folder && path_is_inside(name) ? path_join(folder, name) : NULL;
    free(folder);
    return path;
}

/* Names that the system refuses are as good as files that are not there. */
static void write_part(const char *name, size_t name_length, const uint8_t *text, size_t length)
{
    struct error err = {0};
    char *inside = strndup(name, name_length);
    char *path = inside ? path_of(inside) : NULL;
    char *folder = path ? path_directory(path) : NULL;
    if (folder && directory_make(folder, 0700, &err))
        file_write(path, text, length, 0600, &err);
    free(folder);
    free(path);
    free(inside);
}

/* Where the next line `%%% PATH` begins, or `end`. */
static const uint8_t *next_part(const uint8_t *from, const uint8_t *end)
{
    for (const uint8_t *line = from; (size_t)(end - line) >= sizeof separator; line++) {
        if (!memcmp(line, separator, sizeof separator - 1))
            return line;
        line = memchr(line, '\n', (size_t)(end - line));
        if (!line)
            break;
    }
    return end;
}

static void write_files(const uint8_t *data, size_t size)
{
    const uint8_t *end = data + size, *part = next_part(data, end);
    write_part(main_file, strlen(main_file), data, (size_t)(part - data));
    while (part < end) {
        const uint8_t *line = part + sizeof separator - 1;
        const uint8_t *line_end = memchr(line, '\n', (size_t)(end - line));
        const uint8_t *text = line_end ? line_end + 1 : end;
        part = next_part(text, end);
        write_part((const char *)line, (size_t)((line_end ? line_end : end) - line), text,
                   (size_t)(part - text));
    }
}

static void remove_files(void)
{
    struct error err = {0};
    char *files = path_of("");
    tree_remove(files, &err);
    free(files);
}

static char *read_remote(void *data, const char *name, size_t *length, struct error *err)
{
    (void)data;
    char *path = !strncmp(name, host, sizeof host - 1) ? path_of(name + sizeof host - 1) : NULL;
    char *text = path ? file_read(path, 1 << 20, length, err) : NULL;
    if (!path)
        error_set(err, ERROR_NOT_FOUND, "not a file of this input");
    free(path);
    return text;
}

static void deploy(struct plan *plan, struct diagnostics *out)
{
    if (!plan_prepare(plan, NULL, NULL, out)) {
        assert(!diagnostics_ok(out));
        return;
    }
    struct instance_set *set = instances_create(plan, out);
    assert(set || !diagnostics_ok(out));
    if (set)
        json_decref(deployment_plan_to_json(set));
    instances_free(set);
}

static void try_blueprint(void)
{
    const struct import_resolver resolver = {.read = read_remote};
    const struct blueprint_options options = {.resolver = &resolver};
    struct diagnostics diagnostics = {0};
    struct strbuf text = STRBUF_INIT;
    char *path = path_of(main_file);
    struct plan *plan = blueprint_parse(path, &options, &diagnostics);
    assert(plan || !diagnostics_ok(&diagnostics));
    if (plan) {
        json_decref(plan_to_json(plan));
        deploy(plan, &diagnostics);
    }
    diagnostics_write(&diagnostics, &text);
    strbuf_release(&text);
    plan_free(plan);
    diagnostics_release(&diagnostics);
    free(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    make_directory();
    write_files(data, size);
    try_blueprint();
    remove_files();
    return 0;
}
