/* ids.h - names that nothing else has. */
#ifndef CLOUDIFY_BASE_IDS_H
#define CLOUDIFY_BASE_IDS_H

#include <stddef.h>

enum { UUID_TEXT_SIZE = 37 };

/** A random UUID, version 4, as text. */
void id_uuid(char text[UUID_TEXT_SIZE]);
/** Fill `text` with `length` random characters of [a-z0-9] and a NUL: needs length + 1 bytes. */
void id_suffix(char *text, size_t length);

#endif
