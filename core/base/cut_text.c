/* cut_text.c - see cut_text.h. */
#include "base/cut_text.h"

#include <string.h>

#include "base/strbuf.h"
#include "base/utf8.h"

static const char mark_begin[] = " ... (", mark_end[] = " bytes in all)";

enum { CHARACTER = 4 }; /* bytes; so many may be missing, so that none is cut in two */

/* The length of the mark at the end of the text, or 0. */
static size_t mark_length(const char *text, size_t length)
{
    const size_t begin = strlen(mark_begin), end = strlen(mark_end);
    if (length < begin + end || memcmp(text + length - end, mark_end, end) != 0)
        return 0;
    size_t digits = length - end;
    while (digits > begin && text[digits - 1] >= '0' && text[digits - 1] <= '9')
        digits--;
    bool is_mark = digits < length - end && memcmp(text + digits - begin, mark_begin, begin) == 0;
    return is_mark ? length - digits + begin : 0;
}

json_t *cut_text(const char *text, size_t length)
{
    size_t mark = length > CUT_TEXT_LIMIT ? mark_length(text, length) : 0;
    if (length - mark <= CUT_TEXT_LIMIT)
        return utf8_string(text, length);
    struct strbuf cut = STRBUF_INIT;
    strbuf_add(&cut, text, utf8_cut(text, CUT_TEXT_LIMIT));
    if (mark)
        strbuf_add(&cut, text + length - mark, mark);
    else
        strbuf_addf(&cut, "%s%zu%s", mark_begin, length, mark_end);
    json_t *string = cut.failed ? NULL : utf8_string(cut.text, cut.length);
    strbuf_release(&cut);
    return string;
}

size_t cut_text_end(const char *text, size_t length)
{
    if (length < CUT_TEXT_LIMIT)
        return length;
    size_t end = length - mark_length(text, length);
    return end > CUT_TEXT_LIMIT - CHARACTER ? end : length;
}
