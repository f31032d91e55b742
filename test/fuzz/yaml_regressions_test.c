/* yaml_regressions_test.c - what yaml_fuzzer.c has found stays good. */
#include "yaml_fuzzer.c"

#include "regressions.h"

int main(void)
{
    regressions_try("test/fuzz/regressions/yaml/*");
    return checks_done();
}
