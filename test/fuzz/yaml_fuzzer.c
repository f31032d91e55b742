/* yaml_fuzzer.c - any bytes as YAML: parse, and turn into JSON what parses. */
#include "fuzzer.h"
#include "yaml/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct yaml_problem problem;
    struct yaml_document *document = yaml_parse((const char *)data, size, "input", NULL, &problem);
    if (document)
        json_decref(yaml_to_json(yaml_root(document)));
    yaml_document_free(document);
    return 0;
}
