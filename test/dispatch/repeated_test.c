/* repeated_test.c - what requests have in common, left out by one side and put back by the other.
 */
#include "dispatch/repeated.h"

#include "../check.h"

static struct repeated sent, received;

/* What arrives of a request with these values, which are borrowed; NULL: it has no such member. */
static json_t *transfer(json_t *context, json_t *plugin, size_t *size)
{
    struct error err = {0};
    json_t *request =
        json_pack("{s:s, s:O*, s:O*}", "id", "1", "context", context, "plugin", plugin);
    repeated_leave_out(&sent, request, &err);
    *size = json_object_size(request);
    json_t *arrived = json_deep_copy(request);
    repeated_put_back(&received, arrived, &err);
    CHECK(!err.code, "nothing fails: %s", err.text);
    json_decref(request);
    return arrived;
}

static bool has(const json_t *request, const char *key, const json_t *value)
{
    const json_t *found = json_object_get(request, key);
    return value ? json_equal(found, value) : !found || json_is_null(found);
}

/* Requests with each of three contexts and plugins before and after each other. */
static void test_all_orders(void)
{
    json_t *values[] = {json_pack("{s:s}", "name", "one"), json_pack("{s:s}", "name", "two"), NULL};
    size_t size;
    for (int i = 0; i < 81; i++) {
        json_t *first[] = {values[i % 3], values[i / 3 % 3]};
        json_t *second[] = {values[i / 9 % 3], values[i / 27]};
        json_decref(transfer(first[0], first[1], &size));
        json_t *arrived = transfer(second[0], second[1], &size);
        CHECK(has(arrived, "context", second[0]) && has(arrived, "plugin", second[1]),
              "in order %d the second request is whole", i);
        json_decref(arrived);
    }
    json_decref(values[0]);
    json_decref(values[1]);
}

static void test_what_is_sent(void)
{
    json_t *context = json_object(), *plugin = json_object(), *other = json_object();
    size_t first, same, changed, again;
    repeated_forget(&sent);
    json_decref(transfer(context, plugin, &first));
    json_decref(transfer(context, plugin, &same));
    json_decref(transfer(context, other, &changed));
    repeated_forget(&sent);
    json_decref(transfer(context, other, &again));
    CHECK(same + 2 <= first, "what is the same is not sent again: %zu of %zu members", same, first);
    CHECK(changed == same + 1, "what is equal, but another value, is sent: %zu members", changed);
    CHECK(again == first, "after a request that was not sent all is");
    json_decref(context);
    json_decref(plugin);
    json_decref(other);
}

int main(void)
{
    test_all_orders();
    test_what_is_sent();
    repeated_forget(&sent);
    repeated_forget(&received);
    return checks_done();
}
