/* mock_engine.c - see mock_engine.h. Its refusals are worded as those of the engine. */
#include "lua/mock_engine.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/suggest.h"
#include "base/utf8.h"

static json_t *documents_of(const struct mock_engine *engine, const char *kind)
{
    return json_object_get(engine->documents, kind);
}

/* The document `id` of this kind, which errors call `shown`; borrowed. */
static json_t *find(const struct mock_engine *engine, const char *kind, const char *shown,
                    const char *id, struct error *err)
{
    json_t *document = json_object_get(documents_of(engine, kind), id);
    if (!document)
        error_set(err, ERROR_NOT_FOUND, "%s '%s': there is none in deployment '%s'", shown, id,
                  json_string_at(engine->documents, "deployment_id", ""));
    return document;
}

json_t *mock_engine_instance(const struct mock_engine *engine, const char *id, struct error *err)
{
    return find(engine, "instances", "node instance", id, err);
}

static json_t *get_instance(struct mock_engine *engine, const json_t *arguments, struct error *err)
{
    return json_incref(mock_engine_instance(engine, json_string_at(arguments, "id", ""), err));
}

static json_t *get_node(struct mock_engine *engine, const json_t *arguments, struct error *err)
{
    return json_incref(find(engine, "nodes", "node", json_string_at(arguments, "id", ""), err));
}

/* Documents that have been handed out stay as they are: a changed one takes their place. */
static bool replace_properties(struct mock_engine *engine, json_t *document, json_t *properties,
                               struct error *err)
{
    const char *id = json_string_at(document, "id", "");
    if (!json_is_object(properties))
        return error_set(err, ERROR_INVALID,
                         "node instance '%s': runtime properties must be an object", id);
    json_t *changed = json_copy_whole(document);
    json_t *version = json_integer(json_integer_at(document, "version", 0) + 1);
    if (json_object_set_new(changed, "version", version) ||
        json_object_set(changed, "runtime_properties", properties) ||
        json_object_set(documents_of(engine, "instances"), id, changed)) {
        json_decref(changed);
        return error_nomem(err);
    }
    json_decref(changed);
    return true;
}

static json_t *update_instance(struct mock_engine *engine, const json_t *arguments,
                               struct error *err)
{
    json_t *document = mock_engine_instance(engine, json_string_at(arguments, "id", ""), err);
    if (!document)
        return NULL;
    json_int_t version = json_integer_at(document, "version", 0);
    json_int_t based_on = json_integer_at(arguments, "version", -1);
    if (based_on != version) {
        error_set(err, ERROR_CONFLICT,
                  "node instance '%s': changed meanwhile: the update is based on version "
                  "%" JSON_INTEGER_FORMAT ", it is at %" JSON_INTEGER_FORMAT,
                  json_string_at(document, "id", ""), based_on, version);
        return NULL;
    }
    json_t *properties = json_object_get(arguments, "runtime_properties");
    if (!replace_properties(engine, document, properties, err))
        return NULL;
    return json_pack("{s:I}", "version", version + 1);
}

bool mock_engine_change_instance(struct mock_engine *engine, const char *id, json_t *properties,
                                 struct error *err)
{
    json_t *document = mock_engine_instance(engine, id, err);
    return document && replace_properties(engine, document, properties, err);
}

static json_t *get_secret(struct mock_engine *engine, const json_t *arguments, struct error *err)
{
    const char *key = json_string_at(arguments, "key", ""), *known;
    json_t *secrets = documents_of(engine, "secrets"), *value;
    struct suggestion suggestion;
    suggestion_init(&suggestion, key);
    json_object_foreach(secrets, known, value)
    {
        if (strcmp(known, key) == 0)
            return json_incref(value);
        suggestion_consider(&suggestion, known);
    }
    if (suggestion.best)
        error_set(err, ERROR_NOT_FOUND, "no secret '%s', did you mean '%s'?", key, suggestion.best);
    else
        error_set(err, ERROR_NOT_FOUND, "no secret '%s', see 'cfy secrets list'", key);
    return NULL;
}

static json_t *get_provider_context(struct mock_engine *engine, const json_t *arguments,
                                    struct error *err)
{
    (void)arguments;
    (void)err;
    json_t *value = documents_of(engine, "provider_context");
    return value ? json_incref(value) : json_object();
}

static json_t *get_execution(struct mock_engine *engine, const json_t *arguments, struct error *err)
{
    const char *id = json_string_at(arguments, "id", "");
    json_t *record = json_object_get(documents_of(engine, "executions"), id);
    if (!record)
        error_set(err, ERROR_NOT_FOUND, "there is no execution '%s'", id);
    return json_incref(record);
}

static json_t *get_operation(struct mock_engine *engine, const json_t *arguments, struct error *err)
{
    (void)arguments;
    (void)err;
    return json_incref(documents_of(engine, "operation"));
}

/* Where an instance belongs in a list that is sorted by index. */
static size_t place_of(const json_t *list, json_int_t index)
{
    size_t place = json_array_size(list);
    while (place && json_integer_at(json_array_get(list, place - 1), "index", 0) > index)
        place--;
    return place;
}

static json_t *get_node_instances(struct mock_engine *engine, const json_t *arguments,
                                  struct error *err)
{
    const char *node = json_string_at(arguments, "node", ""), *id;
    if (!find(engine, "nodes", "node", node, err))
        return NULL;
    json_t *list = json_array(), *document;
    json_object_foreach(documents_of(engine, "instances"), id, document)
    {
        if (strcmp(json_string_at(document, "node_id", ""), node) != 0)
            continue;
        json_int_t index = json_integer_at(document, "index", 1);
        json_array_insert_new(list, place_of(list, index),
                              json_pack("{s:s, s:I, s:s}", "id", id, "index", index, "state",
                                        json_string_at(document, "state", "")));
    }
    return list;
}

/* ---- the channel ---- */

static json_t *answer(void *data, const char *method, const json_t *arguments, struct error *err)
{
    static const struct {
        const char *name;
        json_t *(*answer)(struct mock_engine *, const json_t *, struct error *);
    } methods[] = {{"get_instance", get_instance},
                   {"get_node", get_node},
                   {"update_instance", update_instance},
                   {"get_secret", get_secret},
                   {"get_provider_context", get_provider_context},
                   {"get_execution", get_execution},
                   {"get_operation", get_operation},
                   {"get_node_instances", get_node_instances}};
    struct mock_engine *engine = data;
    json_array_append_new(engine->calls, json_pack("{s:s, s:o}", "method", method, "arguments",
                                                   json_deep_copy_whole(arguments)));
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (strcmp(methods[i].name, method) != 0)
            continue;
        json_t *value = methods[i].answer(engine, arguments, err);
        if (!value && !err->code)
            error_nomem(err);
        return value;
    }
    error_set(err, ERROR_UNSUPPORTED, "this runtime does not support '%s' yet", method);
    return NULL;
}

/* "HH:MM:SS [LEVEL] [name] text" (runtime.md 9.2) */
static void print_record(const char *level, const char *text)
{
    char stamp[16] = "", upper[16];
    time_t now = time(NULL);
    struct tm local;
    if (localtime_r(&now, &local))
        strftime(stamp, sizeof stamp, "%H:%M:%S", &local);
    size_t i = 0;
    for (; level[i] && i + 1 < sizeof upper; i++)
        upper[i] = (char)(level[i] >= 'a' && level[i] <= 'z' ? level[i] - 'a' + 'A' : level[i]);
    upper[i] = '\0';
    printf("%s [%s] [mock-context-logger] %s\n", stamp, upper, text);
}

static void keep_record(void *data, const char *level, const char *logger, const char *text)
{
    struct mock_engine *engine = data;
    json_array_append_new(engine->logs, json_pack("{s:s, s:o, s:o}", "level", level, "logger",
                                                  utf8_string(logger, strlen(logger)), "message",
                                                  utf8_string(text, strlen(text))));
    if (engine->prints && strcmp(level, "debug") != 0)
        print_record(level, text);
}

static void keep_event(void *data, const char *type, const char *text)
{
    const struct mock_engine *engine = data;
    json_array_append_new(engine->events, json_pack("{s:s, s:o}", "type", type, "message",
                                                    utf8_string(text, strlen(text))));
}

bool mock_engine_init(struct mock_engine *engine, json_t *documents, struct error *err)
{
    *engine = (struct mock_engine){
        .channel = {.data = engine, .call = answer, .log = keep_record, .event = keep_event},
        .documents = documents,
        .logs = json_array(),
        .events = json_array(),
        .calls = json_array()};
    if (!json_is_object(documents))
        return error_set(err, ERROR_INVALID, "mock: its documents must be an object");
    return (engine->logs && engine->events && engine->calls) || error_nomem(err);
}

void mock_engine_release(struct mock_engine *engine)
{
    json_decref(engine->documents);
    json_decref(engine->logs);
    json_decref(engine->events);
    json_decref(engine->calls);
    *engine = (struct mock_engine){0};
}
