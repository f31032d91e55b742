/* schema.h - the tables of the two kinds of database. Private to storage/. */
#ifndef CLOUDIFY_STORAGE_SCHEMA_H
#define CLOUDIFY_STORAGE_SCHEMA_H

#include "storage/sqlite.h"

extern const struct schema catalog_schema;
extern const struct schema state_schema;

#endif
