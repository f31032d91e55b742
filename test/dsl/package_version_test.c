/* package_version_test.c - versions and specifiers of packages, as PEP 440 has them. */
#include "dsl/package_version.h"

#include "../check.h"

/* Each older than the next. */
static const char *const ascending[] = {
    "no version", "1.0.dev0", "1.0a1.dev1", "1.0a1",     "1.0a2", "1.0b1",          "1.0rc1",
    "1.0",        "1.0+abc",  "1.0+abc.5",  "1.0+abc.7", "1.0+5", "1.0.post1.dev2", "1.0.post1",
    "1.0.post2",  "1.1.dev1", "1.1",        "1.10",      "2",     "1!0.1"};

static const struct {
    const char *a, *b;
} equal[] = {{"1.0", "1"},
             {"v1.2", "1.2"},
             {"1.0-alpha1", "1.0a1"},
             {"1.0-1", "1.0.post1"},
             {"1.0c1", "1.0rc1"},
             {"1.0pre1", "1.0rc1"},
             {"1.0.rev2", "1.0.post2"},
             {"1.0_RC1", "1.0rc1"},
             {"1.0+A-1", "1.0+a.1"},
             {" 1.2 ", "1.2.0.0"}};

static const struct {
    const char *specifiers, *version;
    bool allowed;
} allows[] = {
    {">=1.24.0", "1.24", true},        {">=1.24.0", "1.23.9", false}, {" >=1.20.0", "1.24", true},
    {"<2,>=1", "1.5", true},           {"<2,>=1", "2", false},        {"!=1.5", "1.5.0", false},
    {"==1.5.*", "1.5.7", true},        {"==1.5.*", "1.50", false},    {"!=1.5.*", "1.5rc1", false},
    {"==1.5", "1.5+local", true},      {"==1.5+x", "1.5", false},     {"~=1.4.2", "1.4.9", true},
    {"~=1.4.2", "1.5", false},         {"~=1.4", "1.9", true},        {"~=1.4", "2.0", false},
    {"<1.5", "1.5rc1", false},         {"<1.5rc2", "1.5rc1", true},   {">1.5", "1.5.post1", false},
    {">1.5.post0", "1.5.post1", true}, {"===1.0", "1.0.0", false},    {"1.0", "1.0", true},
    {"===odd", "ODD", true},           {">=1", "odd", false},         {"<=1.5", "1.5", true},
};

static const struct {
    const char *specifiers;
    bool valid;
} checked[] = {{">=1", true},      {"1.0", true},   {"anything", true},    {"", false},
               {">=", false},      {">=1,", false}, {",>=1", false},       {">=odd", false},
               {">=1.0.*", false}, {"~=1", false},  {"== 1.0 , < 2", true}};

static void test_order(void)
{
    size_t count = sizeof ascending / sizeof *ascending;
    for (size_t i = 0; i + 1 < count; i++) {
        CHECK(package_version_compare(ascending[i], ascending[i + 1]) < 0, "%s is older than %s",
              ascending[i], ascending[i + 1]);
        CHECK(package_version_compare(ascending[i + 1], ascending[i]) > 0, "%s is newer than %s",
              ascending[i + 1], ascending[i]);
    }
}

int main(void)
{
    test_order();
    for (size_t i = 0; i < sizeof equal / sizeof *equal; i++)
        CHECK(!package_version_compare(equal[i].a, equal[i].b), "%s equals %s", equal[i].a,
              equal[i].b);
    for (size_t i = 0; i < sizeof allows / sizeof *allows; i++)
        CHECK(package_specifiers_allow(allows[i].specifiers, allows[i].version) ==
                  allows[i].allowed,
              "'%s' %s %s", allows[i].specifiers, allows[i].allowed ? "allows" : "refuses",
              allows[i].version);
    for (size_t i = 0; i < sizeof checked / sizeof *checked; i++)
        CHECK(package_specifiers_check(checked[i].specifiers) == checked[i].valid, "'%s' is %s",
              checked[i].specifiers, checked[i].valid ? "valid" : "not valid");
    return checks_done();
}
