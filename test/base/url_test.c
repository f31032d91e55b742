/* url_test.c - what is told of the URLs in a text. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/url.h"

#include "../check.h"

static const struct {
    const char *text, *expected, *expected_if_cut; /* NULL: the same */
} cases[] = {
    {"", "", NULL},
    {"no URL: me@example.org", "no URL: me@example.org", NULL},
    {"'https://me:secret@host/x'", "'https://host/x'", "'https://*********@host/x'"},
    {"'https://me:secret@host:81', or not", "'https://host:81', or not",
     "'https://*********@host:81', or not"},
    {"ftp://token@host?x", "ftp://host?x", "ftp://*****@host?x"},
    {"http://host/x@y", "http://host/x@y", NULL},
    {"http://host then x@y", "http://host then x@y", NULL},
    {"http://me:p@ss'w(o)rd@host/", "http://host/", "http://**************@host/"},
    {"a://u:p@h/ and b://u:p@h/", "a://h/ and b://h/", "a://***@h/ and b://***@h/"},
    {"a://b://u:p@h/", "a://b://h/", "a://b://***@h/"},
    {"{\"url\":\"http://u:p@host\",\"mail\":\"a@b\"}", "{\"url\":\"http://host\",\"mail\":\"a@b\"}",
     "{\"url\":\"http://***@host\",\"mail\":\"a@b\"}"},
    {"fetch 'https://me:sec", "fetch 'https://me:sec", "fetch 'https://"},
    {"fetch 'https://me:p@ss", "fetch 'https://ss", "fetch 'https://"},
    {"://", "://", NULL},
};

static void test_conceal(const char *text, bool cut, const char *expected)
{
    char copy[100];
    snprintf(copy, sizeof copy, "%s", text);
    url_conceal(copy, cut);
    CHECK(!strcmp(copy, expected), "of '%s' is told '%s'", text, copy);
}

/* The same URL in front, with more and more of it cut off at the end. */
static void test_error(void)
{
    struct error err = {0};
    char text[sizeof err.text];
    for (size_t length = sizeof text - 40; length < sizeof text; length++) {
        memset(text, 'x', length);
        text[length] = '\0';
        error_clear(&err);
        error_set(&err, ERROR_IO, "%s https://me:secret@host/", text);
        CHECK(!strstr(err.text, ":s"), "an error cut at %zu tells no password", length);
        error_clear(&err);
        error_set(&err, ERROR_IO, "https://me:secret@host/");
        error_context(&err, "%s https://me:secret@host/", text);
        CHECK(!strstr(err.text, ":s"), "nor does its context, of %zu", length);
    }
}

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *expected_if_cut = cases[i].expected_if_cut;
        test_conceal(cases[i].text, false, cases[i].expected);
        test_conceal(cases[i].text, true, expected_if_cut ? expected_if_cut : cases[i].expected);
    }
    test_error();
    return checks_done();
}
