/* modification_document_test.c - the instances that a stored modification is about. */
#include "engine/modification_document.h"

#include <string.h>

#include "../check.h"

/* A plan of one node, whose instance `vm_1` is related to itself. */
static struct instance_set *one_instance(struct plan *plan, struct error *err)
{
    static struct plan_node node = {.id = "vm", .relationship_count = 1};
    *plan = (struct plan){.nodes = &node, .node_count = 1};
    struct instance_set *set = instances_new(plan, err);
    const struct node_instance ni = {.id = "vm_1"};
    CHECK(set && instances_add(set, &ni, err), "an instance: %s", err->text);
    return set;
}

static bool read_added(struct modification_view *view, const struct instance_set *set,
                       const char *text, struct error *err)
{
    *view = (struct modification_view){.what = "added"};
    json_t *document = json_loads(text, 0, NULL);
    bool ok = modification_view_read(view, set, document, err);
    json_decref(document);
    return ok;
}

int main(void)
{
    struct plan plan;
    struct error err = {0};
    struct modification_view view;
    struct instance_set *set = one_instance(&plan, &err);
    CHECK(read_added(&view, set,
                     "{\"added\": [{\"id\": \"vm_1\", \"relationships\": [[0, \"vm_1\"],"
                     " [0, \"vm_2\"]]}, {\"id\": \"vm_2\"}]}",
                     &err) &&
              view.list.count == 1 && view.list.items[0].relationship_count == 1,
          "who has left since is left out: %s", err.text);
    modification_view_release(&view);
    CHECK(!read_added(&view, set,
                      "{\"added\": [{\"id\": \"vm_1\", \"relationships\": [[1, \"vm_1\"]]}]}",
                      &err) &&
              err.code == ERROR_STORAGE &&
              !strcmp(err.text, "the stored modification is damaged: node instance 'vm_1' has no "
                                "relationship 1"),
          "a relationship that there is not: %s", err.text);
    modification_view_release(&view);
    instances_free(set);
    return checks_done();
}
