/* suggest.h - the known name that a misspelt one was probably meant to be. */
#ifndef CLOUDIFY_BASE_SUGGEST_H
#define CLOUDIFY_BASE_SUGGEST_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"

/* Feed candidates one by one; `best` is then the nearest that is near enough, or NULL. */
struct suggestion {
    const char *wanted;
    const char *best; /* borrowed from the candidate */
    size_t distance;
    size_t considered; /* after some thousands no more are */
};

/** Start to look for names like `wanted`, which must outlive the suggestion. */
void suggestion_init(struct suggestion *suggestion, const char *wanted);
/** Consider `candidate`, which must outlive the suggestion. */
void suggestion_consider(struct suggestion *suggestion, const char *candidate);
/**
 * Whether `best` is there and only few letters of it differ: where any name is allowed, others may
 * well be meant. "configur" is close to "configure", "restart" is not to "start".
 */
bool suggestion_is_close(const struct suggestion *suggestion);

/**
 * Write "did you mean 'KEY'?" to `hint`, KEY being the key of `object` most like `wanted`.
 *
 * @return the text of `hint`, or NULL if no key is like it
 */
const char *suggest_key(const json_t *object, const char *wanted, struct strbuf *hint);

#endif
