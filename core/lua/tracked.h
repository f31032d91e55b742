/* tracked.h - JSON containers as table-like userdata: runtime properties and read-only data. */
#ifndef CLOUDIFY_LUA_TRACKED_H
#define CLOUDIFY_LUA_TRACKED_H

#include <jansson.h>
#include <lua.h>
#include <stdbool.h>

/* One tree of values, shared by the handles into it and by who saves it. */
struct tracked_document {
    json_t *root;
    unsigned references;
    bool dirty;  /* changed since it was last saved */
    bool shared; /* the tree is somebody else's, too: it is copied before the first change */
    const char *refusal; /* why it must not be written, or NULL; a string that lives for ever */
};

/**
 * Make a document of `root`. One that may be written needs a tree of its own, or to be marked as
 * `shared`.
 *
 * @param root takes the reference, even on failure; a NULL is passed on as failure
 * @param refusal the message of the NonRecoverableError that an assignment raises, or NULL
 * @return new (tracked_document_release() it), or NULL when out of memory
 */
struct tracked_document *tracked_document_new(json_t *root, const char *refusal);
/** Drop one reference. NULL is allowed. */
void tracked_document_release(struct tracked_document *document);

/** Register the userdata class. [-0, +0, m] */
void lua_tracked_register(lua_State *L);

/**
 * Push the handle of the root of `document`. Each call begins a family of handles of its own:
 * keep the first. [-0, +1, m]
 */
void lua_tracked_push(lua_State *L, struct tracked_document *document);

/** Push `value`: a container as a new read-only document, anything else as it is. [-0, +1, m] */
void lua_tracked_push_constant(lua_State *L, json_t *value, const char *refusal);

/** The container at `index`, borrowed from its handle, or NULL if there is none. [-0, +0, -] */
json_t *lua_tracked_json(lua_State *L, int index);

/**
 * Put versions of next, table.insert, table.remove and table.sort that know tracked values in the
 * place of those of the state. [-0, +0, e]
 */
void lua_tracked_teach_libraries(lua_State *L);

#endif
