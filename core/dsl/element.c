/* element.c - see element.h: a tree against the tables. */
#include "dsl/element.h"

#include <stdarg.h>
#include <string.h>

#include "base/strbuf.h"
#include "dsl/compiler.h"

static unsigned kind_bit(const struct yaml_node *node)
{
    switch (yaml_kind(node)) {
    case YAML_STRING:
        return TAKES_STRING;
    case YAML_INTEGER:
        return TAKES_INTEGER;
    case YAML_REAL:
        return TAKES_REAL;
    case YAML_BOOLEAN:
        return TAKES_BOOLEAN;
    case YAML_LIST:
        return TAKES_LIST;
    case YAML_MAP:
        return TAKES_MAP;
    case YAML_NULL:
        break;
    }
    return 0;
}

static const char *kind_name(unsigned kind)
{
    static const struct {
        unsigned kind;
        const char *name;
    } names[] = {{TAKES_NUMBER, "number"}, {TAKES_STRING, "string"},   {TAKES_INTEGER, "integer"},
                 {TAKES_REAL, "float"},    {TAKES_BOOLEAN, "boolean"}, {TAKES_LIST, "list"},
                 {TAKES_MAP, "dict"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if ((kind & names[i].kind) == names[i].kind)
            return names[i].name;
    }
    return "null";
}

/* "a string or a dict", for messages. */
static void write_kinds(struct strbuf *out, unsigned kinds)
{
    while (kinds) {
        const char *name = kind_name(kinds);
        strbuf_addf(out, "%s %s", strchr("aeiou", *name) ? "an" : "a", name);
        unsigned bits = !strcmp(name, "number") ? TAKES_NUMBER : 0;
        for (unsigned bit = TAKES_STRING; !bits && bit <= TAKES_MAP; bit <<= 1) {
            if ((kinds & bit) && !strcmp(kind_name(bit), name))
                bits = bit;
        }
        kinds &= ~bits;
        if (kinds)
            strbuf_adds(out, " or ");
    }
}

/* What is checked, as messages call it: "node template 'db'". */
struct subject {
    const struct element *element;
    const char *name; /* in its section, or NULL */
};

static void write_subject(struct strbuf *out, const struct subject *subject)
{
    strbuf_adds(out, subject->element->name);
    if (subject->name)
        strbuf_addf(out, " '%s'", subject->name);
}

/* Most elements have no error, so their names are put together only here. */
__attribute__((format(printf, 7, 8))) static bool report(
    struct compiler *c, const struct subject *subject, const struct diagnostic_code *code,
    const struct yaml_node *at, const struct path *path, const char *hint, const char *fmt, ...)
{
    struct strbuf message = STRBUF_INIT;
    va_list args;
    write_subject(&message, subject);
    strbuf_adds(&message, ": ");
    va_start(args, fmt);
    strbuf_vaddf(&message, fmt, args);
    va_end(args);
    compiler_error(c, code, at, path, hint, "%s", message.text);
    strbuf_release(&message);
    return false;
}

static bool wrong_kind(struct compiler *c, const struct subject *subject, const char *what,
                       unsigned kinds, const struct yaml_node *node, const struct path *path)
{
    struct strbuf expected = STRBUF_INIT;
    write_kinds(&expected, kinds);
    report(c, subject, &code_schema, node, path, NULL, "%s must be %s, not %s", what, expected.text,
           kind_name(kind_bit(node)));
    strbuf_release(&expected);
    return false;
}

const struct element_field *element_field(const struct element *element, const char *key)
{
    for (const struct element_field *f = element->fields; f->key; f++) {
        if (!strcmp(f->key, key))
            return f;
    }
    return NULL;
}

static bool unknown_key(struct compiler *c, const struct subject *subject, const char *key,
                        const struct yaml_node *at, const struct path *path)
{
    struct suggestion suggestion;
    suggestion_init(&suggestion, key);
    for (const struct element_field *f = subject->element->fields; f->key; f++)
        suggestion_consider(&suggestion, f->key);
    return report(c, subject, &code_unknown_key, at, path, compiler_hint(c, &suggestion),
                  "unknown key '%s'", key);
}

static bool check_key(struct compiler *c, const struct yaml_node *key, const struct path *path)
{
    if (yaml_kind(key) == YAML_STRING)
        return true;
    return compiler_error(c, &code_key_not_string, key, path, "put it in quotes",
                          "the key '%s' must be a string, not %s", yaml_text(key),
                          yaml_kind_name(yaml_kind(key)));
}

static bool check_named(struct compiler *c, const struct element *element,
                        const struct yaml_node *node, const struct path *path)
{
    bool ok = true;
    for (size_t i = 0; i < yaml_count(node); i++) {
        const char *name = yaml_text(yaml_key(node, i));
        struct path below = {path, name, 0};
        ok &= check_key(c, yaml_key(node, i), &below);
        ok &= element_check(c, element, name, yaml_value(node, i), &below);
    }
    return ok;
}

static bool check_list(struct compiler *c, const struct subject *subject,
                       const struct element_field *field, const struct yaml_node *node,
                       const struct path *path)
{
    bool ok = true;
    for (size_t i = 0; i < yaml_count(node); i++) {
        const struct yaml_node *item = yaml_item(node, i);
        struct path below = {path, NULL, i};
        if (field->shape == SHAPE_LIST)
            ok &= element_check(c, field->element, NULL, item, &below);
        else if (yaml_kind(item) != YAML_STRING)
            ok &= wrong_kind(c, subject, "an item", TAKES_STRING, item, &below);
    }
    return ok;
}

/* What the value of a field holds, its kind being right. */
static bool check_content(struct compiler *c, const struct subject *subject,
                          const struct element_field *field, const struct yaml_node *node,
                          const struct path *path)
{
    switch (field->shape) {
    case SHAPE_FREE:
        return true;
    case SHAPE_ELEMENT:
        return element_check(c, field->element, NULL, node, path);
    case SHAPE_NAMED:
        return check_named(c, field->element, node, path);
    case SHAPE_LIST:
    case SHAPE_STRINGS:
        return check_list(c, subject, field, node, path);
    }
    return true;
}

static bool check_version(struct compiler *c, const struct subject *subject,
                          const struct element_field *field, const struct yaml_node *at,
                          const struct path *path)
{
    if (compiler_has_version(c, field->since) || field->since_late)
        return true;
    return report(c, subject, &code_needs_version, at, path, NULL,
                  "'%s' is not supported in version cloudify_dsl_1_%d, it was added in "
                  "cloudify_dsl_1_%d",
                  field->key, c->version, field->since);
}

/* What the table cannot say. */
static bool check_further(struct compiler *c, const struct subject *subject,
                          const struct element_field *field, const struct yaml_node *value,
                          const struct path *path)
{
    if (!field->check)
        return true;
    struct strbuf text = STRBUF_INIT;
    write_subject(&text, subject);
    bool ok = field->check(c, text.text, value, path);
    strbuf_release(&text);
    return ok;
}

static bool check_field(struct compiler *c, const struct subject *subject,
                        const struct yaml_node *map, size_t i, const struct path *path)
{
    const char *key = yaml_text(yaml_key(map, i));
    const struct yaml_node *value = yaml_value(map, i);
    const struct yaml_node *at = yaml_key(map, i);
    const struct element_field *field = element_field(subject->element, key);
    struct path below = {path, key, 0};
    if (!field)
        return unknown_key(c, subject, key, at, &below);
    if (yaml_kind(value) == YAML_NULL)
        return true;
    if (!(field->kinds & kind_bit(value))) {
        struct strbuf what = STRBUF_INIT;
        strbuf_addf(&what, "'%s'", key);
        wrong_kind(c, subject, what.text, field->kinds, value, &below);
        strbuf_release(&what);
        return false;
    }
    /* What is wrong in a section of a newer version is more to the point than its being newer. */
    return check_content(c, subject, field, value, &below) &&
           check_version(c, subject, field, at, &below) &&
           check_further(c, subject, field, value, &below);
}

static bool check_required(struct compiler *c, const struct subject *subject,
                           const struct yaml_node *node, const struct path *path)
{
    bool ok = true;
    for (const struct element_field *f = subject->element->fields; f->key; f++) {
        if (f->required && !field_of(node, f->key))
            ok = report(c, subject, &code_missing_key, node, path, NULL, "'%s' is missing", f->key);
    }
    return ok;
}

static bool check_fields(struct compiler *c, const struct subject *subject,
                         const struct yaml_node *node, const struct path *path)
{
    bool ok = true;
    for (size_t i = 0; i < yaml_count(node); i++)
        ok &= check_field(c, subject, node, i, path);
    return check_required(c, subject, node, path) && ok;
}

bool element_check(struct compiler *c, const struct element *element, const char *name,
                   const struct yaml_node *node, const struct path *path)
{
    const struct subject subject = {element, name};
    unsigned kind = kind_bit(node);
    if (!kind)
        return !element->needs_value ||
               report(c, &subject, &code_schema, node, path, NULL, "it has no value");
    if (!(kind & (TAKES_MAP | element->short_form)))
        return wrong_kind(c, &subject, "it", TAKES_MAP | element->short_form, node, path);
    if (kind != TAKES_MAP)
        return true;
    return element->entries ? check_named(c, element->entries, node, path)
                            : check_fields(c, &subject, node, path);
}
