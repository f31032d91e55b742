/* exception_class.h - the classes of exceptions: runtime.md section 4. Private to exceptions. */
#ifndef CLOUDIFY_LUA_EXCEPTION_CLASS_H
#define CLOUDIFY_LUA_EXCEPTION_CLASS_H

#include <stdbool.h>
#include <stddef.h>

struct exception_class {
    const char *name;
    const char *parent;    /* or NULL */
    const char *arguments; /* what the constructor takes by position, blank-separated */
    const char *format;    /* the message, with {field} and {before|field}; NULL: as it was given */
};

extern const struct exception_class exception_classes[];
extern const size_t exception_class_count;

/** The class of that name, or NULL. */
const struct exception_class *exception_class_find(const char *name);
/** Whether `class` is the class `name` or one derived from it. */
bool exception_class_is(const struct exception_class *class, const char *name);
/** The class that the engine decides by (runtime.md 3.7, 3.8): never NULL. */
const char *exception_class_known(const struct exception_class *class);
/** Whether the operation is tried again, unless a handler says otherwise (runtime.md 3.7). */
bool exception_class_is_recoverable(const struct exception_class *class);

#endif
