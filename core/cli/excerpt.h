/* excerpt.h - the line of a file that a message is about, with a mark below the place. */
#ifndef CLOUDIFY_CLI_EXCERPT_H
#define CLOUDIFY_CLI_EXCERPT_H

/**
 * Print line `line` of `file` and a caret below character `column`, both from 1 on. A file that is
 * not there, as one of the built-in ones, prints nothing.
 */
void excerpt_print(const char *file, int line, int column);

#endif
