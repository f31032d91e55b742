/* regressions.h - tries again each input that a fuzzer once found fault with. */
#ifndef CLOUDIFY_TEST_FUZZ_REGRESSIONS_H
#define CLOUDIFY_TEST_FUZZ_REGRESSIONS_H

#include <glob.h>
#include <stdlib.h>

#include "../check.h"
#include "base/files.h"
#include "fuzzer.h"

/** A check for each file that `pattern` matches; what is still wrong ends the process. */
static inline void regressions_try(const char *pattern)
{
    glob_t files;
    CHECK(!glob(pattern, 0, NULL, &files), "there are files '%s'", pattern);
    for (size_t i = 0; i < files.gl_pathc; i++) {
        struct error err = {0};
        size_t length = 0;
        char *text = file_read(files.gl_pathv[i], 1 << 20, &length, &err);
        CHECK(text && !LLVMFuzzerTestOneInput((const uint8_t *)text, length), "%s%s",
              files.gl_pathv[i], err.text);
        free(text);
    }
    globfree(&files);
}

#endif
