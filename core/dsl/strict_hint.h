/* strict_hint.h - what was probably meant by a module or a function that is not in the code;
 * private to dsl/. */
#ifndef CLOUDIFY_DSL_STRICT_HINT_H
#define CLOUDIFY_DSL_STRICT_HINT_H

#include "dsl/compiler.h"

/* PLUGIN.MODULE.FUNCTION */
struct code_name {
    const char *plugin, *module, *function;
};

/**
 * "did you mean 'PLUGIN.MODULE.FUNCTION'?" with the module in `folder` that is most like the one of
 * `name`: one of the same end, else one that is spelt almost so.
 *
 * @return good as long as the compiler; NULL if none is like it
 */
const char *hint_of_module(struct compiler *c, const char *folder, const struct code_name *name);
/** "did you mean 'x'?" with the name that the code `text` gives to something, or NULL likewise. */
const char *hint_of_function(struct compiler *c, const char *text, const char *function);

#endif
