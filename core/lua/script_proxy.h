/* script_proxy.h - listens for what one script asks its operation: HTTP requests with a JSON body,
 * on a private Unix socket or on loopback (runtime.md 10.3); knows no Lua. */
#ifndef CLOUDIFY_LUA_SCRIPT_PROXY_H
#define CLOUDIFY_LUA_SCRIPT_PROXY_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"

/* So many ask at a time; others wait in the queue of the socket. */
enum { SCRIPT_PROXY_CONNECTIONS = 32, SCRIPT_PROXY_FDS = SCRIPT_PROXY_CONNECTIONS + 1 };

struct script_proxy;

/**
 * Listen, with a new token that every request must name.
 *
 * @param path of the socket, which is made for this user alone and removed at the end; its
 *        directory must be private. NULL: a free port of 127.0.0.1
 * @return new (script_proxy_free() it), or NULL with `err` set: ERROR_LIMIT (path too long for a
 *         socket), ERROR_IO, ERROR_NOMEM
 */
struct script_proxy *script_proxy_new(const char *path, struct error *err);
/** Stop listening and cut all connections. NULL is allowed. */
void script_proxy_free(struct script_proxy *proxy);

/** unix://PATH/TOKEN or http://127.0.0.1:PORT/TOKEN, borrowed. */
const char *script_proxy_url(const struct script_proxy *proxy);

/** What to poll for. @return how many of `fds` were filled */
size_t script_proxy_poll(const struct script_proxy *proxy, struct pollfd fds[SCRIPT_PROXY_FDS]);
/** Accept, read and write as far as possible now; what is no request is answered and cut. */
void script_proxy_attend(struct script_proxy *proxy);
/**
 * The body of the oldest request that waits for its answer, the same until script_proxy_answer();
 * or NULL: there is none. Borrowed until then.
 */
const struct strbuf *script_proxy_request(struct script_proxy *proxy);
/** Answer it with the JSON `text`. */
void script_proxy_answer(struct script_proxy *proxy, const char *text, size_t length);

#endif
