/* fuzzer.h - what every fuzzer of this folder offers: to libFuzzer, to AFL++ and to main.c. */
#ifndef CLOUDIFY_TEST_FUZZ_FUZZER_H
#define CLOUDIFY_TEST_FUZZ_FUZZER_H

#include <stddef.h>
#include <stdint.h>

/** Try one input. @return 0; what is wrong ends the process (crash, sanitizer, assertion). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
