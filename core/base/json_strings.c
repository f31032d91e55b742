/* json_strings.c - see json_strings.h. */
#include "base/json_strings.h"

#include <stddef.h>

json_t *json_strings(const char *const *texts)
{
    json_t *list = json_array();
    for (; texts && *texts; texts++)
        json_array_append_new(list, json_string(*texts));
    return list;
}
