/* base64_test.c - bytes to text and back. */
#include "base/base64.h"

#include <string.h>

#include "../check.h"

/* As in RFC 4648, section 10. */
static const struct {
    const char *bytes, *text;
} cases[] = {{"", ""},
             {"f", "Zg=="},
             {"fo", "Zm8="},
             {"foo", "Zm9v"},
             {"foob", "Zm9vYg=="},
             {"fooba", "Zm9vYmE="},
             {"foobar", "Zm9vYmFy"}};

static void test_both_ways(const char *bytes, const char *text)
{
    struct strbuf encoded = STRBUF_INIT, decoded = STRBUF_INIT;
    base64_encode(&encoded, bytes, strlen(bytes));
    CHECK(!strcmp(encoded.text, text), "'%s' is '%s'", bytes, encoded.text);
    CHECK(base64_decode(&decoded, text, strlen(text)) && !strcmp(decoded.text, bytes),
          "'%s' is '%s'", text, decoded.text);
    strbuf_release(&encoded);
    strbuf_release(&decoded);
}

static void test_all_bytes(void)
{
    unsigned char bytes[256];
    struct strbuf encoded = STRBUF_INIT, decoded = STRBUF_INIT;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(255 - i);
    base64_encode(&encoded, bytes, sizeof bytes);
    CHECK(base64_decode(&decoded, encoded.text, encoded.length) && decoded.length == sizeof bytes &&
              !memcmp(decoded.text, bytes, sizeof bytes),
          "all bytes come back");
    strbuf_release(&encoded);
    strbuf_release(&decoded);
}

static void test_refusals(void)
{
    static const char *const bad[] = {
        "Zg=", "Zg", "Z===", "====", "Zm9v=", "Zg==Zm9v", "Zm!v", "Zg=v"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct strbuf decoded = STRBUF_INIT;
        CHECK(!base64_decode(&decoded, bad[i], strlen(bad[i])), "'%s' is refused", bad[i]);
        strbuf_release(&decoded);
    }
}

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        test_both_ways(cases[i].bytes, cases[i].text);
    test_all_bytes();
    test_refusals();
    return checks_done();
}
