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
    char record[] = "{\"type\":\"cloudify_event\"}";
    deployment_store_begin(ds, &err);
    for (int i = 0; i < 5; i++)
        events_add(ds, i < 3 ? "e1" : NULL, NULL, record, 1, &err);
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
    CHECK(!events_add(ds, "e9", NULL, record, 1, &err), "an event of no execution is refused: %s",
          err.text);
    deployment_store_close(reader);
    deployment_store_close(ds);
    fixture_release(&f);
}

/* Write down what is seen: "1:0 2:1 ". */
static bool note_number(void *data, json_int_t id, const char *text, size_t length,
                        struct error *err)
{
    json_t *record = json_parse(text, length, "event", err);
    strbuf_addf(data, "%d:%d ", (int)id, (int)json_integer_at(record, "number", -1));
    json_decref(record);
    return true;
}

/* Append so many events with the numbers from `from`. */
static bool add_numbers(struct deployment_store *ds, int from, int count, struct error *err)
{
    struct strbuf records = STRBUF_INIT;
    for (int i = 0; i < count; i++) {
        strbuf_addf(&records, "{\"number\":%d}", from + i);
        strbuf_addc(&records, '\0');
    }
    bool ok = events_add(ds, "e1", NULL, records.text, (size_t)count, err);
    strbuf_release(&records);
    return ok;
}

static void test_many(void)
{
    struct fixture f;
    struct error err = {0};
    struct strbuf seen = STRBUF_INIT, expected = STRBUF_INIT;
    if (!fixture_init(&f))
        return;
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    for (int i = 0; i < 19; i++)
        strbuf_addf(&expected, "%d:%d ", i + 1, i);
    CHECK(add_numbers(ds, 0, 19, &err) &&
              events_list(ds, &(struct event_filter){0}, note_number, &seen, &err) &&
              !strcmp(seen.text, expected.text),
          "many at a time are kept in their order: %s", seen.text);
    CHECK(events_add(ds, "e1", NULL, NULL, 0, &err), "or none");
    strbuf_release(&seen);
    strbuf_release(&expected);
    deployment_store_close(ds);
    fixture_release(&f);
}

static bool note_record(void *data, json_int_t id, const char *text, size_t length,
                        struct error *err)
{
    (void)id, (void)err;
    strbuf_add(data, text, length);
    strbuf_addc(data, '\n');
    return true;
}

/* Records as they are told, of which the first three have the context that is given. */
static const char *const told[] = {
    "{\"level\":\"\\\"context\\\":{\",\"context\":{\"a\":\"}\",\"b\":{\"c\":1},\"node_id\":\"x\"}}",
    "{\"context\":{\"a\":\"}\",\"b\":{\"c\":1}},\"message\":{\"context\":{}}}",
    "{\"context\":{\"a\":\"}\",\"b\":{\"c\":1},\"context\":{\"a\":2}}}",
    "{\"context\":{\"a\":\"}\",\"b\":{\"c\":1,\"d\":2}}}",
    "{\"context\":{\"a\":1,\"b\":{\"c\":1}}}",
    "{\"context\":{}}",
    "{\"message\":{}}",
};
enum { TOLD = sizeof told / sizeof *told };

static void test_contexts(void)
{
    static const char context[] = "{\"a\":\"}\",\"b\":{\"c\":1}";
    struct fixture f;
    struct error err = {0};
    struct strbuf records = STRBUF_INIT, expected = STRBUF_INIT, seen = STRBUF_INIT;
    if (!fixture_init(&f))
        return;
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    for (int i = 0; i < 2 * TOLD; i++) {
        strbuf_adds(&records, told[i % TOLD]);
        strbuf_addc(&records, '\0');
        strbuf_add_all(&expected, told[i % TOLD], "\n");
    }
    CHECK(events_add(ds, "e1", context, records.text, 2 * TOLD, &err) &&
              events_list(ds, &(struct event_filter){0}, note_record, &seen, &err) &&
              !strcmp(seen.text, expected.text),
          "records are listed as they were told: %s%s", seen.text, err.text);
    static const char cut[] = "SELECT count(*) FROM events WHERE context IS NOT NULL";
    CHECK(database_number(ds->state, cut, -1, &err) == 6, "the common context is kept once");
    strbuf_truncate(&seen, 0);
    CHECK(events_list(ds, &(struct event_filter){.node = "x"}, note_record, &seen, &err) &&
              seen.length == 2 * (strlen(told[0]) + 1),
          "and what is left of it can be asked for: %s%s", seen.text, err.text);
    strbuf_release(&records);
    strbuf_release(&expected);
    strbuf_release(&seen);
    deployment_store_close(ds);
    fixture_release(&f);
}

/* As it was when SQLite counted the ids. */
static bool make_version_9(struct database *db, struct error *err)
{
    return fixture_make_counted_events(db, err) &&
           database_run(db, err,
                        "INSERT INTO events VALUES (7, 'e1', '{\"number\":70}'), (9, 'e1',"
                        " '{\"number\":90}')",
                        "") &&
           database_run(db, err, "PRAGMA user_version = 9", "");
}

static void test_older_version(void)
{
    struct fixture f;
    struct error err = {0};
    struct strbuf seen = STRBUF_INIT;
    if (!fixture_init(&f))
        return;
    struct deployment_store *ds = deployment_create(f.store, &f.record, &err);
    CHECK(make_version_9(ds->state, &err), "a database of an older version: %s", err.text);
    deployment_store_close(ds);
    ds = deployment_open(f.store, "web", STORE_WRITE, &err);
    CHECK(ds && add_numbers(ds, 100, 1, &err) &&
              events_list(ds, &(struct event_filter){0}, note_number, &seen, &err) &&
              !strcmp(seen.text, "7:70 9:90 10:100 "),
          "its events keep their ids, and a new one gets the next: %s %s", seen.text, err.text);
    strbuf_release(&seen);
    deployment_store_close(ds);
    fixture_release(&f);
}

int main(void)
{
    test_events();
    test_many();
    test_contexts();
    test_older_version();
    return checks_done();
}
