/* line_editor.h - cloudify.line_editor: lines from a terminal, with history and completion
 * where libedit is installed. Private to kit/.
 */
#ifndef CLOUDIFY_KIT_LINE_EDITOR_H
#define CLOUDIFY_KIT_LINE_EDITOR_H

#include <lua.h>

/**
 * The module:
 *   open(history, complete) -> whether somebody types: standard input and output are terminals.
 *     `history` is a file; `complete` gives the list of what a word can be.
 *   read(prompt) -> a line without its end, or nil at the end of the file
 *   close() writes the history
 *   guard(f, ...) -> as pcall(f, ...), but SIGINT is an error; else it drops the line that is read
 */
int lua_open_line_editor(lua_State *L);

#endif
