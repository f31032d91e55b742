/* modification_test.c - what instances become when their numbers or the plan change: a row a rule
 * of dsl.md 12.2. An instance is told as its node and index, as in "a2".
 */
#include <string.h>

#include "../check.h"
#include "../dsl/text_blueprint.h"
#include "base/strbuf.h"
#include "deployment/group_instance.h"
#include "deployment/modification.h"

#define START "imports: [cloudify/types/types.yaml]\nnode_templates:\n"
#define NODE(name, count, relationships)                                                           \
    "  " name ": {type: cloudify.nodes.Root, instances: {deploy: " count                           \
    "}, relationships: [" relationships "]}\n"
#define IN(target) "{type: cloudify.relationships.contained_in, target: " target "}"
#define TO(target) "{type: cloudify.relationships.connected_to, target: " target "}"
#define TO_ONE(target)                                                                             \
    "{type: cloudify.relationships.connected_to, target: " target                                  \
    ", properties: {connection_type: all_to_one}}"
#define GROUP(members, count)                                                                      \
    "groups: {g: {members: [" members "]}}\n"                                                      \
    "policies: {p: {type: cloudify.policies.scaling, targets: [g],"                                \
    " properties: {default_instances: " count "}}}\n"

static const struct row {
    const char *what, *before;
    const char *after; /* NULL: the plan stays */
    const char *name;  /* of what shall have `instances`; NULL: nothing */
    json_int_t instances;
    const char *include, *exclude; /* what to remove first and last; NULL: all the same */
    const char *expected;          /* "LIST: INSTANCE~(TARGETS)", ~ where it is just related */
} rows[] = {
    {"as many as there are change nothing", START NODE("a", "2", ""), NULL, "a", 2, NULL, NULL, ""},
    {"more are added", START NODE("a", "1", ""), NULL, "a", 3, NULL, NULL, "added: a2 a3; "},
    {"the highest index is removed first", START NODE("a", "3", ""), NULL, "a", 1, NULL, NULL,
     "removed: a2 a3; "},
    {"all may be removed", START NODE("a", "1", ""), NULL, "a", 0, NULL, NULL, "removed: a1; "},
    {"what is to be included is removed first", START NODE("a", "3", ""), NULL, "a", 2, "a1", NULL,
     "removed: a1; "},
    {"what is to be excluded is removed last", START NODE("a", "3", ""), NULL, "a", 2, NULL, "a3",
     "removed: a2; "},
    {"it is removed where there are no others", START NODE("a", "2", ""), NULL, "a", 0, NULL, "a2",
     "removed: a1 a2; "},
    {"to include wins over to exclude", START NODE("a", "2", ""), NULL, "a", 1, "a1", "a1",
     "removed: a1; "},
    {"a new container brings what it contains", START NODE("a", "1", "") NODE("b", "2", IN("a")),
     NULL, "a", 2, NULL, NULL, "added: a2 b3(a2) b4(a2); "},
    {"the number is that in each container", START NODE("a", "2", "") NODE("b", "1", IN("a")), NULL,
     "b", 2, NULL, NULL, "added: a1~ a2~ b3(a1) b4(a2); "},
    {"a container takes along what it contains", START NODE("a", "2", "") NODE("b", "2", IN("a")),
     NULL, "a", 1, "a1", NULL, "removed: a1 b1(a1) b2(a1); "},
    {"new instances connect to all", START NODE("a", "1", "") NODE("b", "2", TO("a")), NULL, "a", 2,
     NULL, NULL, "added: a2 b1~(a2) b2~(a2); extended: b1(a2) b2(a2); "},
    {"new instances connect to the one", START NODE("a", "1", "") NODE("b", "1", TO_ONE("a")), NULL,
     "b", 2, NULL, NULL, "added: a1~ b2(a1); "},
    {"the one stays when there are more", START NODE("a", "1", "") NODE("b", "1", TO_ONE("a")),
     NULL, "a", 2, NULL, NULL, "added: a2; "},
    {"those connected to what goes are reduced", START NODE("a", "2", "") NODE("b", "1", TO("a")),
     NULL, "a", 1, NULL, NULL, "removed: a2 b1~(a2); reduced: b1(a2); "},
    {"a group brings its members", START NODE("a", "1", "") NODE("b", "1", "") GROUP("a, b", "1"),
     NULL, "g", 2, NULL, NULL, "added: a2 b2; "},
    {"members connect inside of their group",
     START NODE("a", "1", "") NODE("b", "1", TO("a")) GROUP("a, b", "1"), NULL, "g", 2, NULL, NULL,
     "added: a2 b2(a2); "},
    {"a member is scaled in each group instance", START NODE("a", "1", "") GROUP("a", "2"), NULL,
     "a", 2, NULL, NULL, "added: a3 a4; "},
    {"a group takes its members along", START NODE("a", "2", "") GROUP("a", "2"), NULL, "g", 1,
     NULL, NULL, "removed: a3 a4; "},
    {"a member means the instance of its group", START NODE("a", "2", "") GROUP("a", "2"), NULL,
     "g", 1, "a1", NULL, "removed: a1 a2; "},
    {"a node of the new plan", START NODE("a", "1", ""),
     START NODE("a", "1", "") NODE("b", "1", TO("a")), NULL, 0, NULL, NULL, "added: a1~ b1(a1); "},
    {"a node of the old plan", START NODE("a", "1", "") NODE("b", "1", TO("a")),
     START NODE("a", "1", ""), NULL, 0, NULL, NULL, "removed: a1~ b1(a1); "},
    {"fewer in the new plan remove nothing", START NODE("a", "3", ""), START NODE("a", "1", ""),
     NULL, 0, NULL, NULL, ""},
    {"more in the new plan are added", START NODE("a", "1", ""), START NODE("a", "2", ""), NULL, 0,
     NULL, NULL, "added: a2; "},
    {"a relationship of the new plan", START NODE("a", "1", "") NODE("b", "1", ""),
     START NODE("a", "1", "") NODE("b", "1", TO("a")), NULL, 0, NULL, NULL,
     "extended: a1~ b1(a1); "},
    {"a relationship of the old plan", START NODE("a", "1", "") NODE("b", "1", TO("a")),
     START NODE("a", "1", "") NODE("b", "1", ""), NULL, 0, NULL, NULL, "reduced: a1~ b1(a1); "},
    {"an unknown name", START NODE("server", "1", ""), NULL, "sever", 2, NULL, NULL,
     "'sever' is neither a node nor a scaling group"},
    {"less than none", START NODE("a", "1", ""), NULL, "a", -1, NULL, NULL,
     "'a': the number of its instances must be 0 or more, not -1"},
    {"more than there can be", START NODE("a", "1", ""), NULL, "a", 1000000000, NULL, NULL,
     "'a': with its instances the deployment has more than 1000000"},
};

static void tell_instance(const struct instance_set *set, size_t instance, struct strbuf *out)
{
    const struct node_instance *ni = set->items[instance];
    strbuf_addf(out, "%s%d", instance_node(set, ni)->id, ni->index);
}

static void tell_list(const char *what, const struct instance_set *set,
                      const struct change_list *list, struct strbuf *out)
{
    if (list->count)
        strbuf_addf(out, "%s:", what);
    for (size_t i = 0; i < list->count; i++) {
        const struct changed_instance *item = &list->items[i];
        strbuf_adds(out, " ");
        tell_instance(set, item->instance, out);
        if (item->is_related)
            strbuf_adds(out, "~");
        for (size_t j = 0; j < item->relationship_count; j++) {
            strbuf_adds(out, j ? " " : "(");
            tell_instance(set, item->relationships[j].target, out);
        }
        strbuf_adds(out, item->relationship_count ? ")" : "");
    }
    if (list->count)
        strbuf_adds(out, "; ");
}

static void tell(const struct modification *m, struct strbuf *out)
{
    tell_list("added", m->instances, &m->added, out);
    tell_list("removed", m->previous, &m->removed, out);
    tell_list("extended", m->instances, &m->extended, out);
    tell_list("reduced", m->previous, &m->reduced, out);
}

/* The id of what is told as `told`; `told` itself if there is no such instance, or NULL. */
static const char *id_of(const struct instance_set *set, const char *told)
{
    const char *id = told;
    for (size_t i = 0; told && i < set->count; i++) {
        struct strbuf text = STRBUF_INIT;
        tell_instance(set, i, &text);
        if (!strcmp(text.text, told))
            id = set->items[i]->id;
        strbuf_release(&text);
    }
    return id;
}

static struct plan *prepared(const char *text, struct diagnostics *out)
{
    struct plan *plan = text ? parse_text(5, text, NULL, out) : NULL;
    if (!plan || plan_prepare(plan, NULL, NULL, out))
        return plan;
    plan_free(plan);
    return NULL;
}

static void test_row(const struct row *row)
{
    struct diagnostics out = {0};
    struct strbuf told = STRBUF_INIT;
    struct plan *before = prepared(row->before, &out), *after = prepared(row->after, &out);
    struct instance_set *set = before ? instances_create(before, &out) : NULL;
    struct modification *m = NULL;
    if (set && (after || !row->after)) {
        const char *include = id_of(set, row->include), *exclude = id_of(set, row->exclude);
        struct instance_count_change change = {.name = row->name,
                                               .instances = row->instances,
                                               .include = &include,
                                               .exclude = &exclude,
                                               .include_count = include != NULL,
                                               .exclude_count = exclude != NULL};
        m = modification_new(set, after ? after : before, &change, row->name != NULL, &out);
    }
    if (m)
        tell(m, &told);
    else
        strbuf_adds(&told, first_error(&out));
    CHECK(!strcmp(told.length ? told.text : "", row->expected), "%s: '%s'", row->what,
          told.length ? told.text : "");
    modification_free(m);
    instances_free(set);
    plan_free(before);
    plan_free(after);
    diagnostics_release(&out);
    strbuf_release(&told);
}

/* Those that stay keep their ids and what operations gave them; new ones start anew. */
static void test_state(void)
{
    struct diagnostics out = {0};
    struct error err = {0};
    struct plan *plan = prepared(START NODE("a", "1", ""), &out);
    struct instance_set *set = plan ? instances_create(plan, &out) : NULL;
    struct instance_count_change change = {.name = "a", .instances = 2};
    bool ok = set && node_instance_set_state(set->items[0], "started", &err);
    struct modification *m = ok ? modification_new(set, plan, &change, 1, &out) : NULL;
    if (CHECK(m && m->instances->count == 2, "two instances: %s", first_error(&out))) {
        const struct node_instance *old = m->instances->items[0], *new = m->instances->items[1];
        CHECK(!strcmp(old->id, set->items[0]->id) && !strcmp(old->state, "started"),
              "what stays keeps its id and state");
        CHECK(strcmp(new->id, old->id) != 0 && !strcmp(new->state, "uninitialized"),
              "what is new has an id of its own and starts anew");
    }
    modification_free(m);
    instances_free(set);
    plan_free(plan);
    diagnostics_release(&out);
}

/* 100,000 in a row, each in the one before it or connected to it: no recursion, nothing quadratic.
 */
static void test_chain(const char *what, const char *type)
{
    enum { LENGTH = 100000 };
    struct diagnostics out = {0};
    struct strbuf text = STRBUF_INIT;
    strbuf_adds(&text, START NODE("n0", "1", ""));
    for (int i = 1; i < LENGTH; i++)
        strbuf_addf(&text,
                    "  n%d: {type: cloudify.nodes.Root, relationships: [{type: "
                    "cloudify.relationships.%s, target: n%d}]}\n",
                    i, type, i - 1);
    struct plan *plan = prepared(text.text, &out);
    struct instance_set *set = plan ? instances_create(plan, &out) : NULL;
    struct instance_count_change change = {.name = "n0", .instances = 0};
    struct modification *m = set ? modification_new(set, plan, &change, 1, &out) : NULL;
    CHECK(set && set->count == LENGTH && m && m->removed.count > 0, "%s: %s", what,
          first_error(&out));
    modification_free(m);
    instances_free(set);
    plan_free(plan);
    diagnostics_release(&out);
    strbuf_release(&text);
}

int main(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        test_row(&rows[i]);
    test_state();
    test_chain("a chain of containers", "contained_in");
    test_chain("a chain of connections", "connected_to");
    return checks_done();
}
