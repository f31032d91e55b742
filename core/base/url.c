/* url.c - see url.h. */
#include "base/url.h"

#include <string.h>

/* What ends user and host: of these bytes none may stand there unescaped (RFC 3986). */
static const char ends[] = "/?#<>\"\\^`{|}"
                           "\x01\x02\x03\x04\x05\x06\x07\x08\t\n\v\f\r\x0e\x0f\x10\x11\x12\x13\x14"
                           "\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f \x7f";

void url_conceal(char *text, bool cut)
{
    static const char mark[] = "://";
    for (char *at = strstr(text, mark); at; at = strstr(at, mark)) {
        at += strlen(mark);
        size_t length = strcspn(at, ends);
        const char *host = memrchr(at, '@', length);
        if (cut && !at[length])
            at[0] = '\0';
        else if (host && cut)
            memset(at, '*', (size_t)(host - at));
        else if (host)
            memmove(at, host + 1, strlen(host + 1) + 1);
    }
}
