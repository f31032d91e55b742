/* edit_test.c - changed copies of trees (yaml/edit.h). */
#include "yaml/edit.h"

#include <stdio.h>
#include <string.h>

#include "../check.h"

static struct yaml_document *parse(const char *text)
{
    struct yaml_problem problem;
    return yaml_parse(text, strlen(text), "file.yaml", NULL, &problem);
}

static void test_copy(void)
{
    struct yaml_document *document = parse("a: &x [one, two]\nb: *x\n");
    struct yaml_node *root = yaml_edit_root(document);
    struct yaml_node *children = yaml_edit_children(document, root);
    struct yaml_node *list = yaml_edit_child(children, 1);
    struct yaml_node *items = yaml_edit_children(document, list);
    CHECK(yaml_edit_prefix(document, yaml_edit_child(items, 1), "ns--"), "there is memory");
    CHECK(!strcmp(yaml_string(yaml_item(yaml_find(root, "a"), 1)), "ns--two"), "it is changed");
    CHECK(!strcmp(yaml_string(yaml_item(yaml_find(root, "b"), 1)), "two"), "an alias of it is not");
    CHECK(!strcmp(yaml_string(yaml_item(yaml_find(yaml_root(document), "a"), 1)), "two"),
          "nor is the original");
    struct yaml_mark mark = yaml_mark(yaml_item(list, 1));
    CHECK(!strcmp(mark.file, "file.yaml") && mark.line == 1 && mark.column == 13,
          "it has the place of the original");
    CHECK(yaml_length(yaml_item(list, 1)) == 7, "and a length of its own");
    yaml_document_free(document);
}

static void test_keys(size_t count)
{
    char text[512] = "", key[16];
    for (size_t i = 0; i < count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "k%zu: %zu\n", i, i);
    struct yaml_document *document = parse(text);
    struct yaml_node *root = yaml_edit_root(document);
    struct yaml_node *children = yaml_edit_children(document, root);
    for (size_t i = 0; i < count; i++)
        yaml_edit_prefix(document, yaml_edit_child(children, 2 * i), "ns--");
    CHECK(yaml_edit_keys_changed(document, root), "there is memory");
    for (size_t i = 0; i < count; i++) {
        snprintf(key, sizeof key, "ns--k%zu", i);
        const struct yaml_node *value = yaml_find(root, key);
        CHECK(value && (size_t)yaml_integer(value) == i, "%s of %zu is found", key, count);
        CHECK(!yaml_find(root, key + 4), "its old name is not");
        CHECK(yaml_find(yaml_root(document), key + 4), "but in the original");
    }
    yaml_document_free(document);
}

int main(void)
{
    test_copy();
    test_keys(3);
    test_keys(20);
    return checks_done();
}
