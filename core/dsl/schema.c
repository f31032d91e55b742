/* schema.c - the tables of the elements as a JSON Schema, for editors (blueprint.h). */
#include <string.h>

#include "base/strbuf.h"
#include "dsl/blueprint.h"
#include "dsl/element.h"

static const char dialect[] = "https://json-schema.org/draft/2020-12/schema";

struct schema_writer {
    json_t *definitions; /* name -> schema of an element, written or being written */
};

static json_t *element_schema(struct schema_writer *w, const struct element *element);

/* "node_template": a reference is a URI, which has no blanks. */
static void write_name(const struct element *element, struct strbuf *out)
{
    strbuf_adds(out, element->schema_name ? element->schema_name : element->name);
    for (char *c = out->text; *c; c++) {
        if (*c == ' ')
            *c = '_';
    }
}

static json_t *reference(struct schema_writer *w, const struct element *element)
{
    struct strbuf name = STRBUF_INIT;
    write_name(element, &name);
    bool known = json_object_get(w->definitions, name.text);
    bool ok =
        known || (!json_object_set_new(w->definitions, name.text, json_object()) &&
                  !json_object_set_new(w->definitions, name.text, element_schema(w, element)));
    json_t *schema = ok ? json_pack("{s:o}", "$ref", json_sprintf("#/$defs/%s", name.text)) : NULL;
    strbuf_release(&name);
    return schema;
}

/* The types of JSON that `kinds` allow; null stands for absent. */
static json_t *types_of(unsigned kinds, bool takes_null)
{
    static const struct {
        unsigned kind;
        const char *name;
    } types[] = {{TAKES_STRING, "string"},   {TAKES_INTEGER, "integer"}, {TAKES_REAL, "number"},
                 {TAKES_BOOLEAN, "boolean"}, {TAKES_LIST, "array"},      {TAKES_MAP, "object"}};
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (kinds & types[i].kind)
            json_array_append_new(list, json_string(types[i].name));
    }
    if (takes_null)
        json_array_append_new(list, json_string("null"));
    return list;
}

/* What the value of a field holds besides its kind. */
static bool add_content(struct schema_writer *w, const struct element_field *field, json_t *schema)
{
    switch (field->shape) {
    case SHAPE_FREE:
        return true;
    case SHAPE_ELEMENT: {
        json_t *list = json_pack("[o]", reference(w, field->element));
        return !json_object_set_new(schema, "allOf", list);
    }
    case SHAPE_NAMED:
        return !json_object_set_new(schema, "additionalProperties", reference(w, field->element));
    case SHAPE_LIST:
        return !json_object_set_new(schema, "items", reference(w, field->element));
    case SHAPE_STRINGS:
        return !json_object_set_new(schema, "items", json_pack("{s:s}", "type", "string"));
    }
    return true;
}

/* A required field may not be null, which is as good as absent. */
static json_t *field_schema(struct schema_writer *w, const struct element_field *field)
{
    json_t *schema = json_object();
    struct strbuf text = STRBUF_INIT;
    strbuf_adds(&text, field->description);
    if (field->since)
        strbuf_addf(&text, " (from cloudify_dsl_1_%d on)", field->since);
    bool ok = !json_object_set_new(schema, "description", json_string(text.text));
    if (field->kinds != TAKES_ANY || field->required)
        ok = ok && !json_object_set_new(schema, "type", types_of(field->kinds, !field->required));
    strbuf_release(&text);
    if (ok && add_content(w, field, schema))
        return schema;
    json_decref(schema);
    return NULL;
}

static bool add_fields(struct schema_writer *w, const struct element *element, json_t *schema)
{
    json_t *properties = json_object(), *required = json_array();
    bool ok = true;
    for (const struct element_field *f = element->fields; ok && f->key; f++) {
        ok = !json_object_set_new(properties, f->key, field_schema(w, f));
        if (f->required)
            ok = ok && !json_array_append_new(required, json_string(f->key));
    }
    ok = !json_object_set_new(schema, "properties", properties) && ok &&
         !json_object_set_new(schema, "additionalProperties", json_false());
    if (json_array_size(required))
        ok = ok && !json_object_set(schema, "required", required);
    json_decref(required);
    return ok;
}

static json_t *element_schema(struct schema_writer *w, const struct element *element)
{
    json_t *types = types_of(TAKES_MAP | element->short_form, !element->needs_value);
    json_t *schema = json_pack("{s:o}", "type", types);
    bool ok = element->entries ? !json_object_set_new(schema, "additionalProperties",
                                                      reference(w, element->entries))
                               : add_fields(w, element, schema);
    if (ok)
        return schema;
    json_decref(schema);
    return NULL;
}

json_t *blueprint_schema(void)
{
    struct schema_writer w = {json_object()};
    json_t *schema = json_pack("{s:s, s:s}", "$schema", dialect, "title", "Cloudify blueprint");
    json_t *root = element_schema(&w, &element_blueprint);
    bool ok = schema && root && !json_object_update(schema, root) &&
              !json_object_set(schema, "$defs", w.definitions);
    json_decref(root);
    json_decref(w.definitions);
    if (ok)
        return schema;
    json_decref(schema);
    return NULL;
}
