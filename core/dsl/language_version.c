/* language_version.c - the versions of the language, and what the blueprint says of its own (dsl.md
 * 1). */
#include <string.h>

#include "dsl/compiler.h"
#include "dsl/plan_internal.h"

enum { NEWEST_VERSION = 5 };

static const char version_prefix[] = "cloudify_dsl_1_";

/* The n of "cloudify_dsl_1_n", or -1. */
static int version_number(const char *text)
{
    size_t length = sizeof version_prefix - 1;
    if (strncmp(text, version_prefix, length) || !text[length] || text[length + 1])
        return -1;
    int number = text[length] - '0';
    return number >= 0 && number <= NEWEST_VERSION ? number : -1;
}

static bool unknown_version(struct compiler *c, const struct yaml_node *node)
{
    struct path path = {NULL, "tosca_definitions_version", 0};
    return compiler_error(c, &code_unknown_version, node, &path,
                          "known are cloudify_dsl_1_0 to cloudify_dsl_1_5",
                          "unknown version '%s' in 'tosca_definitions_version'", yaml_string(node));
}

bool compiler_read_version(struct compiler *c, const struct yaml_node *root)
{
    const struct yaml_node *node = field_of(root, "tosca_definitions_version");
    struct path path = {NULL, "tosca_definitions_version", 0};
    if (!node)
        return compiler_error(c, &code_version_missing, root, NULL,
                              "add 'tosca_definitions_version: cloudify_dsl_1_5'",
                              "'tosca_definitions_version' is missing");
    if (yaml_kind(node) != YAML_STRING)
        return compiler_error(c, &code_schema, node, &path, NULL,
                              "'tosca_definitions_version' must be a string");
    c->version = version_number(yaml_string(node));
    c->plan->version = plan_text(c->plan, yaml_string(node));
    if (c->version < 0)
        return unknown_version(c, node);
    return c->plan->version || compiler_nomem(c);
}

static bool report_newer(struct compiler *c, const struct document *document, const char *version)
{
    struct path imports = {NULL, "imports", 0}, path = {&imports, NULL, document->position};
    return compiler_error(c, &code_import_newer, document->at, &path, NULL,
                          "import '%s' is of version %s, newer than the blueprint's "
                          "cloudify_dsl_1_%d",
                          yaml_text(document->at), version, c->version);
}

/* What an imported blueprint imports was checked when that blueprint was uploaded. */
bool document_check_version(struct compiler *c, const struct document *document)
{
    const struct yaml_node *node = field_of(document->root, "tosca_definitions_version");
    if (!document->importer || document->importer->of_blueprint || !node || !yaml_string(node) ||
        !compiler_checks_versions(c))
        return true;
    int version = version_number(yaml_string(node));
    if (version < 0)
        return unknown_version(c, node);
    return version <= c->version || report_newer(c, document, yaml_string(node));
}

bool compiler_checks_versions(const struct compiler *c)
{
    return !c->options || !c->options->ignore_versions;
}

bool compiler_has_version(const struct compiler *c, int minor)
{
    return c->version >= minor || !compiler_checks_versions(c);
}
