/* events_test.c - events are seen once they are committed, and listed in parts. */
#include "store_fixture.h"

struct seen {
    json_int_t last;
    int count;
    bool stop;
};

static bool count_event(void *data, json_int_t id, const char *text, size_t length,
                        struct error *err)
{
    struct seen *seen = data;
    json_t *record = json_parse(text, length, "event", err);
    seen->count += record != NULL;
    json_decref(record);
    seen->last = id;
    return !seen->stop;
}

static void test_events(void)
{
    struct fixture f;
    struct error err = {0};
    if (!fixture_init(&f))
        return;
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    struct deployment_store *reader = deployment_open(f.store, "web", STORE_READ, &err);
    json_int_t before = deployment_store_data_version(reader, &err);
    CHECK(before == deployment_store_data_version(reader, &err), "no commit, no news");
    const char *record = "{\"type\":\"cloudify_event\"}";
    deployment_store_begin(ds, &err);
    for (int i = 0; i < 5; i++)
        event_add(ds, i < 3 ? "e1" : NULL, record, &err);
    struct seen seen = {0};
    struct event_filter filter = {0};
    CHECK(events_list(reader, &filter, count_event, &seen, &err) && !seen.count,
          "what is not committed is not seen: %s", err.text);
    deployment_store_commit(ds, &err);
    CHECK(before != deployment_store_data_version(reader, &err), "a commit of another is noticed");
    events_list(reader, &filter, count_event, &seen, &err);
    CHECK(seen.count == 5, "five events are listed");
    filter = (struct event_filter){.after = seen.last - 1};
    seen.count = 0;
    events_list(reader, &filter, count_event, &seen, &err);
    CHECK(seen.count == 1, "one of them follows the last but one");
    filter = (struct event_filter){.execution_id = "e1", .limit = 2};
    seen.count = 0;
    events_list(reader, &filter, count_event, &seen, &err);
    CHECK(seen.count == 2, "two are within the limit");
    seen = (struct seen){.stop = true};
    CHECK(events_list(reader, &(struct event_filter){0}, count_event, &seen, &err) &&
              seen.count == 1,
          "the visitor can end the listing");
    CHECK(!event_add(ds, "e9", record, &err), "an event of no execution is refused: %s", err.text);
    deployment_store_close(reader);
    deployment_store_close(ds);
    fixture_release(&f);
}

int main(void)
{
    test_events();
    return checks_done();
}
