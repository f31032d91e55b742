/* curl.c - see curl.h. */
#include "resources/curl.h"

#include "resources/shared_library.h"

static struct curl_library curl;

static const struct shared_symbol symbols[] = {
    {"curl_easy_init", &curl.easy_init},
    {"curl_easy_setopt", &curl.easy_setopt},
    {"curl_easy_perform", &curl.easy_perform},
    {"curl_easy_getinfo", &curl.easy_getinfo},
    {"curl_easy_cleanup", &curl.easy_cleanup},
    {"curl_easy_strerror", &curl.easy_strerror},
    {"curl_multi_init", &curl.multi_init},
    {"curl_multi_setopt", &curl.multi_setopt},
    {"curl_multi_add_handle", &curl.multi_add_handle},
    {"curl_multi_remove_handle", &curl.multi_remove_handle},
    {"curl_multi_assign", &curl.multi_assign},
    {"curl_multi_socket_action", &curl.multi_socket_action},
    {"curl_multi_info_read", &curl.multi_info_read},
    {"curl_multi_cleanup", &curl.multi_cleanup},
    {"curl_multi_strerror", &curl.multi_strerror},
    {"curl_slist_append", &curl.slist_append},
    {"curl_slist_free_all", &curl.slist_free_all},
};

const struct curl_library *curl_library(struct error *err)
{
    static struct shared_library library = {.name = "libcurl.so.4",
                                            .package = "libcurl4",
                                            .symbols = symbols,
                                            .symbol_count = sizeof symbols / sizeof *symbols};
    return shared_library_load(&library, err) ? &curl : NULL;
}
