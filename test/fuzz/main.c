/* main.c - a fuzzer without libFuzzer: tries the files given, or what AFL++ gives (or the standard
 * input once). */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/files.h"
#include "base/strbuf.h"
#include "fuzzer.h"

enum { INPUT_LIMIT = 128 * 1024 * 1024 };

static bool try_file(const char *path)
{
    struct error err = {0};
    size_t length = 0;
    char *text = file_read(path, INPUT_LIMIT, &length, &err);
    if (!text) {
        fprintf(stderr, "%s\n", err.text);
        return false;
    }
    LLVMFuzzerTestOneInput((const uint8_t *)text, length);
    free(text);
    return true;
}

#ifdef __AFL_FUZZ_TESTCASE_LEN
__AFL_FUZZ_INIT()

static bool try_input(void)
{
    __AFL_INIT();
    const uint8_t *data = __AFL_FUZZ_TESTCASE_BUF;
    while (__AFL_LOOP(10000))
        LLVMFuzzerTestOneInput(data, (size_t)__AFL_FUZZ_TESTCASE_LEN);
    return true;
}
#else
static bool try_input(void)
{
    return try_file("/dev/stdin");
}
#endif

int main(int argc, char **argv)
{
    bool ok = argc > 1 || try_input();
    for (int i = 1; i < argc; i++)
        ok &= try_file(argv[i]);
    return ok ? 0 : 1;
}
