/* exchange.h - one request to the operation that runs the script, and its answer. */
#ifndef CLOUDIFY_CTX_EXCHANGE_H
#define CLOUDIFY_CTX_EXCHANGE_H

#include <jansson.h>

#include "base/error.h"

/**
 * Send {"args": `arguments`} to `url` and wait for the answer.
 *
 * @param url unix://PATH/TOKEN or http://ADDRESS:PORT/TOKEN
 * @param timeout seconds for all of it
 * @return the answer, a new reference to an object, or NULL with `err` set: ERROR_INVALID (url),
 *         ERROR_IO (nobody there, no answer in time), ERROR_NOMEM
 */
json_t *exchange(const char *url, const json_t *arguments, double timeout, struct error *err);

#endif
