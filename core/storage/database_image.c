/* database_image.c - see database_image.h. */
#include "storage/database_image.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct image {
    const struct schema *schema;
    unsigned char *bytes;
    size_t size;
    struct image *next;
};

static struct image *_Atomic images;

static const struct image *find(const struct schema *schema)
{
    const struct image *image = atomic_load(&images);
    while (image && image->schema != schema)
        image = image->next;
    return image;
}

void database_image_keep(const struct schema *schema, sqlite3 *db)
{
    sqlite3_int64 size = 0;
    struct image *image = find(schema) ? NULL : malloc(sizeof *image);
    unsigned char *bytes = image ? sqlite3_serialize(db, "main", &size, 0) : NULL;
    if (!bytes) {
        free(image);
        return;
    }
    *image = (struct image){schema, bytes, (size_t)size, atomic_load(&images)};
    while (!atomic_compare_exchange_weak(&images, &image->next, image))
        ;
}

bool database_image_write(const struct schema *schema, int fd)
{
    const struct image *image = find(schema);
    for (size_t written = 0; image && written < image->size;) {
        ssize_t count = write(fd, image->bytes + written, image->size - written);
        if (count < 0 && errno != EINTR)
            return false;
        written += count > 0 ? (size_t)count : 0;
    }
    return true;
}
