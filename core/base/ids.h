/* ids.h - names that nothing else has. */
#ifndef CLOUDIFY_BASE_IDS_H
#define CLOUDIFY_BASE_IDS_H

#include <stddef.h>

enum { UUID_TEXT_SIZE = 37 };

struct uuid {
    unsigned char bytes[16];
};

/* As it is written; a struct, to be returned. */
struct uuid_text {
    char text[UUID_TEXT_SIZE];
};

/** A random UUID, version 4. */
struct uuid uuid_new(void);
struct uuid_text uuid_text(const struct uuid *uuid);
/** A random UUID as text. */
void id_uuid(char text[UUID_TEXT_SIZE]);
/** Fill `text` with `length` random characters of [a-z0-9] and a NUL: needs length + 1 bytes. */
void id_suffix(char *text, size_t length);

#endif
