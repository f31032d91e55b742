/* curl.h - libcurl, loaded when first needed: linked in, it would cost 5 ms of every start. */
#ifndef CLOUDIFY_RESOURCES_CURL_H
#define CLOUDIFY_RESOURCES_CURL_H

#include <curl/curl.h>

#include "base/error.h"

/* The functions of libcurl that are used, each under its name without `curl_`. */
struct curl_library {
    CURL *(*easy_init)(void);
    CURLcode (*easy_setopt)(CURL *, CURLoption, ...);
    CURLcode (*easy_perform)(CURL *);
    CURLcode (*easy_getinfo)(CURL *, CURLINFO, ...);
    void (*easy_cleanup)(CURL *);
    const char *(*easy_strerror)(CURLcode);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_setopt)(CURLM *, CURLMoption, ...);
    CURLMcode (*multi_add_handle)(CURLM *, CURL *);
    CURLMcode (*multi_remove_handle)(CURLM *, CURL *);
    CURLMcode (*multi_assign)(CURLM *, curl_socket_t, void *);
    CURLMcode (*multi_socket_action)(CURLM *, curl_socket_t, int, int *);
    CURLMsg *(*multi_info_read)(CURLM *, int *);
    CURLMcode (*multi_cleanup)(CURLM *);
    const char *(*multi_strerror)(CURLMcode);
    struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
    void (*slist_free_all)(struct curl_slist *);
};

/** The library, which then stays loaded; or NULL with `err` set: ERROR_UNSUPPORTED. */
const struct curl_library *curl_library(struct error *err);

#endif
