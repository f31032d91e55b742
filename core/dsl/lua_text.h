/* lua_text.h - the text of Lua code, looked at without running it. */
#ifndef CLOUDIFY_DSL_LUA_TEXT_H
#define CLOUDIFY_DSL_LUA_TEXT_H

/** Overwrite the comments in `text` with blanks; lines stay. What is no Lua is left somehow. */
void lua_text_blank_comments(char *text);

#endif
