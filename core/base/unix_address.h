/* unix_address.h - the address of a Unix socket, however long its path is. */
#ifndef CLOUDIFY_BASE_UNIX_ADDRESS_H
#define CLOUDIFY_BASE_UNIX_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/un.h>

#include "base/error.h"

/* An address takes 107 bytes; a longer path is given by way of a descriptor of its folder. */
struct unix_address {
    struct sockaddr_un address; /* for bind() and connect(), in this process only */
    int folder;                 /* or -1 */
};

/**
 * Make the address of the socket at `path`, of `length` bytes. The folder it lies in must be there.
 *
 * @param to to be released in any case
 * @return false with `err` set: ERROR_IO (no such folder), ERROR_LIMIT (the name alone is too
 *         long), ERROR_NOMEM
 */
bool unix_address_init(struct unix_address *to, const char *path, size_t length, struct error *err);
/** After bind() or connect(). */
void unix_address_release(struct unix_address *address);

#endif
