/* mock_engine.h - stands in for the engine of one operation, in tests of plugins: answers from
 * documents in memory and keeps what it is told. Knows no Lua. */
#ifndef CLOUDIFY_LUA_MOCK_ENGINE_H
#define CLOUDIFY_LUA_MOCK_ENGINE_H

#include <jansson.h>
#include <stdbool.h>

#include "lua/operation_host.h"

struct mock_engine {
    struct operation_channel channel;
    json_t *documents; /* see mock_engine_init() */
    json_t *logs;      /* [{level, logger, message}] */
    json_t *events;    /* [{type, message}] */
    json_t *calls;     /* [{method, arguments}], whether they could be answered or not */
    bool prints;       /* log records of level info and above go to standard output, too */
};

/**
 * Start an engine that has told nothing yet. Its channel is good until it is released.
 *
 * @param documents takes the reference, even on failure: {deployment_id, instances: {id: document},
 *        nodes: {id: document}, secrets: {key: value}, executions: {id: record}, operation: record,
 *        provider_context: object}, the documents as docs/protocol.md has them
 * @return false with `err` set: ERROR_INVALID (no object), ERROR_NOMEM
 */
bool mock_engine_init(struct mock_engine *engine, json_t *documents, struct error *err);
/** Empty an engine, even a half-built one. */
void mock_engine_release(struct mock_engine *engine);

/** The document of the instance `id` as it is saved: borrowed until it is next saved; or NULL with
 *  `err` set: ERROR_NOT_FOUND. */
json_t *mock_engine_instance(const struct mock_engine *engine, const char *id, struct error *err);
/**
 * Let an instance have these runtime properties, as if another operation had saved them.
 *
 * @param properties borrowed; an object
 * @return false with `err` set: ERROR_NOT_FOUND, ERROR_INVALID, ERROR_NOMEM
 */
bool mock_engine_change_instance(struct mock_engine *engine, const char *id, json_t *properties,
                                 struct error *err);

#endif
