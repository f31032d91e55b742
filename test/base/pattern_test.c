/* pattern_test.c - Python's regular expressions, matched at the start of a text. */
#include "base/pattern.h"

#include <string.h>

#include "../check.h"

static const struct {
    const char *pattern, *text;
    enum pattern_result result;
} matches[] = {
    {"a.", "abc", PATTERN_MATCHES},
    {"b", "abc", PATTERN_DIFFERS},
    {"", "anything", PATTERN_MATCHES},
    {"a|b", "bc", PATTERN_MATCHES},
    {"a$", "ab", PATTERN_DIFFERS},
    {"a$", "a\n", PATTERN_MATCHES},
    {"a\\Z", "a\n", PATTERN_DIFFERS},
    {"\\Aa\\Z", "a", PATTERN_MATCHES},
    {"a.b", "a\nb", PATTERN_DIFFERS},
    {"(?s)a.b", "a\nb", PATTERN_MATCHES},
    {"^\\d{3}-\\w+$", "123-a_1", PATTERN_MATCHES},
    {"^\\d{3}$", "1234", PATTERN_DIFFERS},
    {"\\w+$", "\xc3\xa4\xc3\xb6", PATTERN_MATCHES},
    {"(?a)\\w", "\xc3\xa4", PATTERN_DIFFERS},
    {".$", "\xc3\xa4", PATTERN_MATCHES},
    {"[\\w\\-\\]]+$", "a-]b", PATTERN_MATCHES},
    {"[^\\d]+$", "a1", PATTERN_DIFFERS},
    {"[]a]+$", "a]", PATTERN_MATCHES},
    {"[[:alpha:]]$", ":]", PATTERN_MATCHES},
    {"[[:alpha:]]$", "z]", PATTERN_DIFFERS},
    {"(?:ab)+?c", "ababc", PATTERN_MATCHES},
    {"(?P<name>x)y(?P=name)", "xyx", PATTERN_MATCHES},
    {"(x)\\1", "xx", PATTERN_MATCHES},
    {"(x)?(?(1)y|z)$", "z", PATTERN_MATCHES},
    {"(?i)ABC", "abc", PATTERN_MATCHES},
    {"(?iu)ABC", "abc", PATTERN_MATCHES},
    {"(?i:A)B", "ab", PATTERN_DIFFERS},
    {"(?x) a b # (*comment \\q\n c", "abc", PATTERN_MATCHES},
    {"a(?#b)c", "ac", PATTERN_MATCHES},
    {"(?=.*\\d)\\w+$", "a1", PATTERN_MATCHES},
    {"(?!root)\\w+$", "root", PATTERN_DIFFERS},
    {"\\w+(?<=a)$", "ba", PATTERN_MATCHES},
    {"\\w+(?<!a)$", "ba", PATTERN_DIFFERS},
    {"(?>a+)b", "aab", PATTERN_MATCHES},
    {"{a}", "{a}", PATTERN_MATCHES},
    {"a{1,3}$", "aaa", PATTERN_MATCHES},
    {"a{,2}$", "aa", PATTERN_MATCHES},
    {"a{,2}$", "aaa", PATTERN_DIFFERS},
    {"a{,}b", "aaab", PATTERN_MATCHES},
    {"\\x41\\u0042\\U00000043", "ABC", PATTERN_MATCHES},
    {"a\\vb", "a\vb", PATTERN_MATCHES},
    {"a\\vb", "a\nb", PATTERN_DIFFERS},
    {"(a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", PATTERN_TOO_COSTLY},
};

static const struct {
    const char *pattern, *why;
} invalid[] = {
    {"*a", "quantifier does not follow a repeatable item"},
    {"a**", "quantifier does not follow a repeatable item"},
    {"(a", "missing closing parenthesis"},
    {"a)", "unmatched closing parenthesis"},
    {"[a", "missing terminating ] for character class"},
    {"a\\", "a backslash ends it"},
    {"\\q", "there is no such escape"},
    {"\\p{L}", "there is no such escape"},
    {"[\\Z]", "\\Z stands in a class"},
    {"\\x4", "an escape lacks hexadecimal digits"},
    {"(*FAIL)", "there is nothing to repeat"},
    {"(?R)", "there is no such group"},
    {"(?P>name)", "there is no such group"},
    {"(?<name>a)", "a group is named by (?P<name>...)"},
    {"(?L)a", "the flag is not supported"},
    {"a(?i)b", "flags for all must stand at the start"},
    {"(?-i)b", "a flag for all cannot be removed"},
    {"a(?#b", "a comment has no end"},
    {"a{2,1}", "numbers out of order in {} quantifier"},
    {"((ab{1000}){1000}){1000}", "regular expression is too large"},
};

static void test_invalid(const char *pattern, const char *expected)
{
    struct strbuf why = STRBUF_INIT;
    CHECK(!pattern_is_valid(pattern, &why), "'%s' is not valid", pattern);
    CHECK(!strcmp(why.text, expected), "because: %s", why.text);
    CHECK(pattern_match_start(pattern, "a") == PATTERN_INVALID, "and matches nothing");
    strbuf_release(&why);
}

int main(void)
{
    for (size_t i = 0; i < sizeof matches / sizeof *matches; i++) {
        CHECK(pattern_is_valid(matches[i].pattern, NULL), "'%s' is valid", matches[i].pattern);
        CHECK(pattern_match_start(matches[i].pattern, matches[i].text) == matches[i].result,
              "'%s' on '%s'", matches[i].pattern, matches[i].text);
    }
    for (size_t i = 0; i < sizeof invalid / sizeof *invalid; i++)
        test_invalid(invalid[i].pattern, invalid[i].why);
    return checks_done();
}
