/* fail_malloc.c - to be preloaded: in the program FAIL_MALLOC_PROGRAM the FAIL_MALLOC_AT-th
 * allocation fails, once. FAIL_MALLOC_COUNT names a file that gets how many there were. With
 * FAIL_MALLOC_ABORT the program ends there instead, for a debugger to say where that is. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Those of glibc, whose names we take. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

static unsigned long fail_at; /* 0: never */
static atomic_ulong calls;

static int fails(void)
{
    if (atomic_fetch_add(&calls, 1) + 1 != fail_at)
        return 0;
    if (getenv("FAIL_MALLOC_ABORT"))
        abort();
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return size && fails() ? NULL : __libc_realloc(block, size);
}

/* What the libraries allocate before main() does not count. */
__attribute__((constructor)) static void begin(void)
{
    const char *program = getenv("FAIL_MALLOC_PROGRAM"), *at = getenv("FAIL_MALLOC_AT");
    if (!program || strcmp(program, program_invocation_short_name))
        return;
    atomic_store(&calls, 0);
    fail_at = at ? strtoul(at, NULL, 10) : 0;
}

__attribute__((destructor)) static void end(void)
{
    const char *program = getenv("FAIL_MALLOC_PROGRAM"), *path = getenv("FAIL_MALLOC_COUNT");
    if (!path || !program || strcmp(program, program_invocation_short_name))
        return;
    unsigned long count = atomic_load(&calls);
    FILE *file = fopen(path, "we");
    if (file) {
        fprintf(file, "%lu\n", count);
        fclose(file);
    }
}
