/* http_module.c - cloudify.http: one request through libcurl. */
#include <lauxlib.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "lua/core_module.h"
#include "lua/exception.h"
#include "lua/lua_cloudify.h"
#include "lua/wait.h"
#include "resources/curl.h"
#include "resources/transfers.h"

/* One being sent; userdata. */
struct request {
    struct wait wait;
    CURLcode code; /* how it ended */
    const struct curl_library *curl;
    CURL *handle;
    struct curl_slist *headers;
    struct strbuf head, body; /* of the answer */
    char problem[CURL_ERROR_SIZE];
};

static int request_gc(lua_State *L)
{
    struct request *request = lua_touserdata(L, 1);
    if (request->handle)
        request->curl->easy_cleanup(request->handle);
    if (request->headers)
        request->curl->slist_free_all(request->headers);
    request->handle = NULL;
    request->headers = NULL;
    strbuf_release(&request->head);
    strbuf_release(&request->body);
    return 0;
}

static struct request *push_request(lua_State *L, const struct curl_library *curl)
{
    struct request *request = lua_newuserdatauv(L, sizeof *request, 0);
    *request = (struct request){.curl = curl, .head = STRBUF_INIT, .body = STRBUF_INIT};
    if (luaL_newmetatable(L, "cloudify.http_request")) {
        lua_pushcfunction(L, request_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    request->handle = curl->easy_init();
    if (!request->handle)
        luaL_error(L, "out of memory");
    return request;
}

/* The signature that libcurl asks for. */
static size_t append(char *data, size_t size, size_t count, void *buffer)
{
    strbuf_add(buffer, data, size * count);
    return size * count;
}

static void add_headers(lua_State *L, struct request *request, int index)
{
    lua_pushnil(L);
    while (lua_next(L, index)) {
        const char *value = luaL_tolstring(L, index + 2, NULL);
        lua_pushvalue(L, index + 1);
        const char *name = luaL_tolstring(L, -1, NULL);
        struct curl_slist *longer = request->curl->slist_append(
            request->headers, lua_pushfstring(L, "%s: %s", name, value));
        if (!longer)
            luaL_error(L, "out of memory");
        request->headers = longer;
        lua_settop(L, index + 1);
    }
}

static const char *text_field(lua_State *L, const char *name)
{
    lua_getfield(L, 1, name);
    return luaL_optstring(L, -1, NULL);
}

static void set_options(lua_State *L, struct request *request, const char *url)
{
    const struct curl_library *curl = request->curl;
    CURL *handle = request->handle;
    curl->easy_setopt(handle, CURLOPT_URL, url);
    curl->easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl->easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl->easy_setopt(handle, CURLOPT_ERRORBUFFER, request->problem);
    curl->easy_setopt(handle, CURLOPT_WRITEFUNCTION, append);
    curl->easy_setopt(handle, CURLOPT_WRITEDATA, &request->body);
    curl->easy_setopt(handle, CURLOPT_HEADERFUNCTION, append);
    curl->easy_setopt(handle, CURLOPT_HEADERDATA, &request->head);
    const char *authority = text_field(L, "ca");
    if (authority)
        curl->easy_setopt(handle, CURLOPT_CAINFO, authority);
    lua_getfield(L, 1, "timeout");
    double timeout = luaL_optnumber(L, -1, 0);
    luaL_argcheck(L, timeout >= 0, 1, "timeout must be a number of seconds, 0 or more");
    curl->easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long)clock_milliseconds(timeout));
}

static void set_body(lua_State *L, struct request *request)
{
    const struct curl_library *curl = request->curl;
    CURL *handle = request->handle;
    const char *method = text_field(L, "method");
    lua_getfield(L, 1, "body");
    size_t length;
    const char *body = luaL_optlstring(L, -1, NULL, &length);
    if (body) {
        curl->easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
        curl->easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, body);
    }
    if (method)
        curl->easy_setopt(handle, CURLOPT_CUSTOMREQUEST, method);
}

/* The headers of the last answer, names in lower case. */
static void push_headers(lua_State *L, const char *head)
{
    lua_module_field(L, "cloudify.http_headers", "parse");
    lua_pushstring(L, head);
    lua_call(L, 1, 1);
}

/* Push {status, headers, body}; the options of http_request() are at 1. */
static int push_answer(lua_State *L, const struct request *request)
{
    const struct curl_library *curl = request->curl;
    if (request->code != CURLE_OK)
        return lua_exception_raise(L, "RecoverableError", "%s: %s", text_field(L, "url"),
                                   request->problem[0] ? request->problem
                                                       : curl->easy_strerror(request->code));
    long status = 0;
    curl->easy_getinfo(request->handle, CURLINFO_RESPONSE_CODE, &status);
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, status);
    lua_setfield(L, -2, "status");
    lua_pushlstring(L, request->body.text, request->body.length);
    lua_setfield(L, -2, "body");
    push_headers(L, request->head.text);
    lua_setfield(L, -2, "headers");
    return 1;
}

static void on_answer(void *data, CURLcode code)
{
    struct request *request = data;
    request->code = code;
    wait_over(&request->wait);
}

static void request_cancel(struct wait *wait)
{
    struct request *request = (struct request *)wait;
    transfers_remove(wait->run->host->transfers, request->handle);
}

static int answered(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    return push_answer(L, (const struct request *)context);
}

static int wait_for_answer(lua_State *L, struct operation_run *run, struct request *request)
{
    struct operation_host *host = run->host;
    struct error err = {0};
    if (!host->transfers)
        host->transfers = transfers_new(host->loop, &err);
    if (!host->transfers ||
        !transfers_add(host->transfers, request->handle, on_answer, request, &err))
        return lua_exception_raise(L, "RecoverableError", "%s: %s", text_field(L, "url"), err.text);
    request->wait.cancel = request_cancel;
    return lua_wait(L, run, &request->wait, (lua_KContext)request, answered);
}

/* request{url, method?, headers?, body?, timeout?, ca?} -> {status, headers, body} */
static int http_request(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    const char *url = text_field(L, "url");
    luaL_argcheck(L, url, 1, "url missing");
    struct operation_run *run = lua_wait_run(L, "aio.request");
    struct error err = {0};
    const struct curl_library *curl = curl_library(&err);
    if (!curl)
        return lua_exception_raise(L, "NonRecoverableError", "%s", err.text);
    struct request *request = push_request(L, curl);
    set_options(L, request, url);
    set_body(L, request);
    if (lua_getfield(L, 1, "headers") == LUA_TTABLE)
        add_headers(L, request, lua_gettop(L));
    curl->easy_setopt(request->handle, CURLOPT_HTTPHEADER, request->headers);
    if (run)
        return wait_for_answer(L, run, request);
    request->code = curl->easy_perform(request->handle);
    return push_answer(L, request);
}

int lua_open_http(lua_State *L)
{
    static const luaL_Reg functions[] = {{"request", http_request}, {NULL, NULL}};
    luaL_newlib(L, functions);
    return 1;
}
