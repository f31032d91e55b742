/* operation_context.c - see operation_context.h; knows no Lua. */
#include "lua/operation_context.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "lua/trace.h"

static const char related_refusal[] =
    "Cannot modify runtime properties of relationship node instances";
static const char ended_refusal[] = "runtime properties used after their operation ended";
static const char replaced_refusal[] =
    "these runtime properties were replaced: read instance.runtime_properties again";

static struct instance_state *find(const struct operation_context *context, const char *id)
{
    for (struct instance_state *state = context->instances; state; state = state->next)
        if (strcmp(state->id, id) == 0)
            return state;
    return NULL;
}

static struct instance_state *add(struct operation_context *context, const char *id,
                                  json_t *document, bool writable)
{
    size_t size = strlen(id) + 1;
    struct instance_state *state = calloc(1, sizeof *state + size);
    if (!state)
        return NULL;
    memcpy(state->id, id, size);
    state->document = json_incref(document);
    state->version = json_integer_at(document, "version", 0);
    state->writable = writable;
    struct instance_state **end = &context->instances;
    while (*end)
        end = &(*end)->next;
    *end = state;
    return state;
}

static bool add_own(struct operation_context *context, json_t *instance, struct error *err)
{
    const char *id = json_string_at(instance, "id", NULL);
    if (!id)
        return error_set(err, ERROR_INVALID, "operation_request: an instance without id");
    if (find(context, id))
        return true;
    return add(context, id, instance, true) ? true : error_nomem(err);
}

bool operation_context_init(struct operation_context *context,
                            const struct operation_channel *channel, const json_t *request,
                            struct error *err)
{
    *context = (struct operation_context){.channel = channel,
                                          .request = request,
                                          .resume = json_boolean_at(request, "resume", false)};
    if (!json_is_object(json_object_get(request, "operation")))
        return error_set(err, ERROR_INVALID, "operation_request: 'operation' must be an object");
    json_t *source = json_object_get(request, "source");
    json_t *instance = json_object_get(request, "instance");
    if (json_is_object(source)) {
        context->type = CONTEXT_RELATIONSHIP;
        json_t *target = json_object_get(request, "target");
        return add_own(context, json_object_get(source, "instance"), err) &&
               add_own(context, json_object_get(target, "instance"), err);
    }
    context->type = json_is_object(instance) ? CONTEXT_NODE : CONTEXT_DEPLOYMENT;
    return context->type == CONTEXT_DEPLOYMENT || add_own(context, instance, err);
}

/* Whoever still has a handle may read on. */
static void forget_properties(struct instance_state *state, const char *refusal)
{
    if (state->properties)
        state->properties->refusal = refusal;
    tracked_document_release(state->properties);
    state->properties = NULL;
}

void operation_context_release(struct operation_context *context)
{
    while (context->instances) {
        struct instance_state *state = context->instances;
        context->instances = state->next;
        forget_properties(state, ended_refusal);
        json_decref(state->document);
        free(state);
    }
    json_decref(context->retry);
    context->retry = NULL;
}

json_t *operation_context_ask(const struct operation_context *context, const char *method,
                              json_t *arguments, struct error *err)
{
    const struct operation_channel *channel = context->channel;
    double start = clock_monotonic();
    if (!arguments) {
        error_nomem(err);
        return NULL;
    }
    json_t *answer = channel->call(channel->data, method, arguments, err);
    json_decref(arguments);
    if (trace_is_on())
        trace_tell(start, "  the engine: %s", method);
    return answer;
}

bool instance_state_fetch(struct operation_context *context, struct instance_state *state,
                          struct error *err)
{
    json_t *document =
        operation_context_ask(context, "get_instance", json_pack("{s:s}", "id", state->id), err);
    if (!document) {
        error_context(err, "instance '%s'", state->id);
        return false;
    }
    json_decref(state->document);
    state->document = document;
    state->version = json_integer_at(document, "version", 0);
    forget_properties(state, replaced_refusal);
    return true;
}

struct instance_state *operation_context_instance(struct operation_context *context, const char *id,
                                                  struct error *err)
{
    struct instance_state *state = find(context, id);
    if (state && state->document)
        return state;
    if (!state)
        state = add(context, id, NULL, false);
    if (!state) {
        error_nomem(err);
        return NULL;
    }
    return instance_state_fetch(context, state, err) ? state : NULL;
}

struct tracked_document *instance_state_properties(struct instance_state *state)
{
    if (state->properties)
        return state->properties;
    json_t *stored = json_object_get(state->document, "runtime_properties");
    bool shared = json_is_object(stored);
    json_t *root = shared ? json_incref(stored) : json_object();
    state->properties = tracked_document_new(root, state->writable ? NULL : related_refusal);
    if (state->properties)
        state->properties->shared = shared;
    return state->properties;
}

bool instance_state_replace(struct instance_state *state, json_t *root, struct error *err)
{
    struct tracked_document *properties = tracked_document_new(root, NULL);
    if (!properties)
        return error_nomem(err);
    forget_properties(state, replaced_refusal);
    properties->dirty = true;
    state->properties = properties;
    return true;
}

/* What an instance is changed to; new, or NULL: out of memory. */
static json_t *change_of(const struct instance_state *state)
{
    json_t *change = json_object();
    if (json_set_text(change, "id", state->id) &&
        json_set_value(change, "version", json_integer(state->version)) &&
        json_set_value(change, "runtime_properties", json_incref(state->properties->root)))
        return change;
    json_decref(change);
    return NULL;
}

bool instance_state_update(struct operation_context *context, struct instance_state *state,
                           struct error *err)
{
    struct tracked_document *properties = instance_state_properties(state);
    json_t *arguments = properties ? change_of(state) : NULL;
    json_t *answer = operation_context_ask(context, "update_instance", arguments, err);
    if (!answer) {
        error_context(err, "instance '%s'", state->id);
        return false;
    }
    state->version = json_integer_at(answer, "version", state->version + 1);
    json_decref(answer);
    properties->dirty = false;
    properties->shared = true; /* with who was told */
    return true;
}

json_t *operation_context_changes(const struct operation_context *context)
{
    json_t *changes = json_array();
    for (const struct instance_state *state = context->instances; state; state = state->next) {
        if (!state->properties || !state->properties->dirty)
            continue;
        if (json_array_append_new(changes, change_of(state))) {
            json_decref(changes);
            return NULL;
        }
    }
    return changes;
}
