/* blueprint_regressions_test.c - what blueprint_fuzzer.c has found stays good. */
#include "blueprint_fuzzer.c"

#include "regressions.h"

int main(void)
{
    regressions_try("test/fuzz/regressions/blueprint/*");
    return checks_done();
}
