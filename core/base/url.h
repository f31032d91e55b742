/* url.h - what may be told of the URLs in a text. */
#ifndef CLOUDIFY_BASE_URL_H
#define CLOUDIFY_BASE_URL_H

#include <stdbool.h>

/**
 * Take user and password out of each URL in `text`, where it stands: "https://me:secret@host/"
 * becomes "https://host/".
 *
 * @param cut whether the text has been cut short. Then a host at its end, which may be the
 *            beginning of a user, goes, too; the rest keeps its length, by which it shows that it
 *            was cut: in the place of user and password stand asterisks
 */
void url_conceal(char *text, bool cut);

#endif
