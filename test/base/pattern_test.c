/* pattern_test.c - Python's regular expressions, matched at the start of a text. */
#include "base/pattern.h"

#include "../check.h"

static void matches(const char *pattern, const char *text)
{
    CHECK(pattern_match_start(pattern, text) == PATTERN_MATCHES, "'%s' matches '%s'", pattern,
          text);
}

static void differs(const char *pattern, const char *text)
{
    CHECK(pattern_match_start(pattern, text) == PATTERN_DIFFERS, "'%s' does not match '%s'",
          pattern, text);
}

static void invalid(const char *pattern)
{
    CHECK(!pattern_is_valid(pattern), "'%s' is not valid", pattern);
}

int main(void)
{
    matches("a.", "abc");
    differs("b", "abc");
    matches("", "anything");
    matches("a|b", "bc");
    differs("a$", "ab");
    matches("^\\d{3}-\\w+$", "123-a_1");
    differs("^\\d{3}$", "1234");
    matches("[\\w\\-\\]]+$", "a-]b");
    differs("[^\\d]+$", "a1");
    matches("(?:ab)+?c", "ababc");
    matches("(?P<name>x)y", "xy");
    matches("(?i)ABC", "abc");
    matches("{a}", "{a}");
    matches("a{1,3}$", "aaa");
    matches("\\.\\Z", ".");
    invalid("*a");
    invalid("a**");
    invalid("(a");
    invalid("a)");
    invalid("[a");
    invalid("a\\");
    invalid("(?=a)");
    invalid("(a{1000}){1000}");
    return checks_done();
}
