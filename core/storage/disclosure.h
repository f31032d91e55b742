/* disclosure.h - gives out secrets for a deployment, and remembers which: from then on their values
 * are masked in all that is shown of it.
 */
#ifndef CLOUDIFY_STORAGE_DISCLOSURE_H
#define CLOUDIFY_STORAGE_DISCLOSURE_H

#include "base/mask.h"
#include "storage/vault.h"

struct disclosure {
    struct vault *vault;         /* NULL: there are no secrets */
    struct deployment_store *ds; /* where names are noted; NULL: they are not */
    struct mask *mask;           /* hides what has been given out */
    json_t *noted;               /* object: the names that are noted */
};

/**
 * Hide the values of all secrets that were given out for the deployment so far.
 *
 * @param vault borrowed; NULL: nothing is given out
 * @param ds    borrowed; NULL: of no deployment
 * @param note  whether to note in `ds`, which is open for writing then, what is given out
 * @return false with `err` set, as by vault_read(); disclosure_release() it in any case
 */
bool disclosure_init(struct disclosure *disclosure, struct vault *vault,
                     struct deployment_store *ds, bool note, struct error *err);
void disclosure_release(struct disclosure *disclosure);

/**
 * Give out a secret: from now on it is hidden, and its name is noted, within the transaction if
 * there is one. For value_source.secret.
 *
 * @param disclosure a struct disclosure
 * @return its text, new; NULL without `err` set: there is none; else `err` as by vault_read()
 */
json_t *disclosure_secret(void *disclosure, const char *name, struct error *err);

/** The names of the secrets that were given out: a list, new, or NULL with `err` set. */
json_t *disclosed_secrets(struct deployment_store *ds, struct error *err);

#endif
