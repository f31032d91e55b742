/* schema.c - see schema.h. A migration that was released is never changed: add another. */
#include "storage/schema.h"

/* A row here is what makes a directory below deployments/ a deployment. */
static const char *const catalog_migrations[] = {
    "CREATE TABLE deployments ("
    "  id TEXT PRIMARY KEY,"
    "  created_at TEXT NOT NULL"
    ") WITHOUT ROWID;",
    /* The same is true of a row here and plugins/NAME/VERSION. */
    "CREATE TABLE plugins ("
    "  name TEXT NOT NULL,"
    "  version TEXT NOT NULL,"
    "  installed_at TEXT NOT NULL,"
    "  details TEXT NOT NULL,"
    "  PRIMARY KEY (name, version)"
    ") WITHOUT ROWID;",
    "CREATE TABLE secrets ("
    "  name TEXT PRIMARY KEY,"
    "  sealed TEXT NOT NULL," /* secret_key_seal() */
    "  created_at TEXT NOT NULL,"
    "  updated_at TEXT NOT NULL"
    ") WITHOUT ROWID;"
    "CREATE TABLE secret_keys ("
    "  only INTEGER PRIMARY KEY CHECK (only = 1),"
    "  key_id TEXT NOT NULL" /* of the key that all secrets are sealed with */
    ");",
};

/*
 * Nodes and instances are ordered by position, that of the plan and of the instance set. Instances
 * refer to each other by id, as positions change when instances come and go; `relationships` is a
 * list of [index in the node's relationships, id of the target].
 */
static const char *const state_migrations[] = {
    "CREATE TABLE deployment ("
    "  only INTEGER PRIMARY KEY CHECK (only = 1),"
    "  id TEXT NOT NULL,"
    "  blueprint_id TEXT NOT NULL,"
    "  blueprint_directory TEXT NOT NULL," /* below the deployment's */
    "  main_file TEXT NOT NULL,"
    "  description TEXT,"
    "  inputs TEXT NOT NULL,"
    "  plan TEXT NOT NULL," /* plan_document() */
    "  created_at TEXT NOT NULL,"
    "  updated_at TEXT NOT NULL"
    ");"
    "CREATE TABLE nodes ("
    "  position INTEGER PRIMARY KEY,"
    "  row TEXT NOT NULL" /* plan_node_row() */
    ");"
    "CREATE TABLE node_instances ("
    "  position INTEGER PRIMARY KEY,"
    "  id TEXT NOT NULL UNIQUE,"
    "  node INTEGER NOT NULL REFERENCES nodes (position),"
    "  number INTEGER NOT NULL,"
    "  state TEXT NOT NULL,"
    "  version INTEGER NOT NULL,"
    "  runtime_properties TEXT NOT NULL,"
    "  system_properties TEXT NOT NULL,"
    "  relationships TEXT NOT NULL,"
    "  host TEXT,"
    "  container TEXT"
    ");"
    "CREATE TABLE executions ("
    "  number INTEGER PRIMARY KEY,"
    "  id TEXT NOT NULL UNIQUE,"
    "  workflow_id TEXT NOT NULL,"
    "  blueprint_id TEXT NOT NULL,"
    "  is_dry_run INTEGER NOT NULL,"
    "  status TEXT NOT NULL,"
    "  parameters TEXT NOT NULL,"
    "  created_at TEXT NOT NULL,"
    "  started_at TEXT,"
    "  ended_at TEXT,"
    "  error TEXT,"
    "  engine_pid INTEGER,"
    "  engine_start INTEGER" /* clock ticks since boot */
    ");"
    "CREATE TABLE operations ("
    "  row INTEGER PRIMARY KEY,"
    "  id TEXT NOT NULL,"
    "  execution_id TEXT NOT NULL REFERENCES executions (id),"
    "  name TEXT NOT NULL,"
    "  type TEXT NOT NULL,"
    "  instance_id TEXT,"
    "  state TEXT NOT NULL,"
    "  retry INTEGER NOT NULL,"
    "  details TEXT"
    ");"
    "CREATE TABLE events ("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  execution_id TEXT REFERENCES executions (id),"
    "  record TEXT NOT NULL"
    ");",
    /* A graph is the tasks of its parts, those in `graph_ends` excepted; what is known of one that
     * has been sent is its latest row in `operations`. */
    "CREATE TABLE graphs ("
    "  id INTEGER PRIMARY KEY,"
    "  execution_id TEXT NOT NULL REFERENCES executions (id),"
    "  name TEXT NOT NULL,"
    "  UNIQUE (execution_id, name)"
    ");"
    "CREATE TABLE graph_parts ("
    "  graph INTEGER NOT NULL REFERENCES graphs (id),"
    "  number INTEGER NOT NULL,"
    "  tasks TEXT NOT NULL,"
    "  PRIMARY KEY (graph, number)"
    ");"
    "CREATE TABLE graph_done ("
    "  graph INTEGER NOT NULL REFERENCES graphs (id),"
    "  task INTEGER NOT NULL,"
    "  PRIMARY KEY (graph, task)"
    ") WITHOUT ROWID;"
    "ALTER TABLE operations ADD COLUMN graph INTEGER REFERENCES graphs (id);"
    "ALTER TABLE operations ADD COLUMN task INTEGER;"
    "ALTER TABLE executions ADD COLUMN options TEXT NOT NULL DEFAULT '{}';"
    "ALTER TABLE executions ADD COLUMN cancel INTEGER NOT NULL DEFAULT 0;",
    "CREATE TABLE group_instances ("
    "  position INTEGER PRIMARY KEY,"
    "  id TEXT NOT NULL UNIQUE,"
    "  name TEXT NOT NULL,"
    "  number INTEGER NOT NULL,"
    "  parent TEXT,"   /* id of another one */
    "  container TEXT" /* id of a node instance */
    ");"
    "ALTER TABLE node_instances ADD COLUMN scaling_group TEXT;",
    "ALTER TABLE deployment ADD COLUMN provider_context TEXT NOT NULL DEFAULT '{}';",
    "ALTER TABLE operations ADD COLUMN cpu_seconds REAL NOT NULL DEFAULT 0;",
    "CREATE TABLE plugins ("
    "  name TEXT PRIMARY KEY," /* that the blueprint has for it */
    "  place TEXT NOT NULL"    /* deployment_store_plugins() */
    ") WITHOUT ROWID;",
    /* `modified_instances` has the instances as they were when the modification was started. */
    "CREATE TABLE modifications ("
    "  number INTEGER PRIMARY KEY,"
    "  id TEXT NOT NULL UNIQUE,"
    "  status TEXT NOT NULL," /* started, finished, rolledback */
    "  created_at TEXT NOT NULL,"
    "  ended_at TEXT,"
    "  document TEXT NOT NULL"
    ");"
    "CREATE TABLE modified_instances ("
    "  modification INTEGER NOT NULL REFERENCES modifications (number),"
    "  id TEXT NOT NULL,"
    "  state TEXT NOT NULL,"
    "  runtime_properties TEXT NOT NULL,"
    "  system_properties TEXT NOT NULL,"
    "  PRIMARY KEY (modification, id)"
    ") WITHOUT ROWID;",
    /* Whose values operations or workflows have been given: they are masked in what is shown. */
    "CREATE TABLE disclosed_secrets (name TEXT PRIMARY KEY) WITHOUT ROWID;",
    /* A row for the tasks that were done in one transaction, instead of one for each task. */
    "CREATE TABLE graph_ends ("
    "  graph INTEGER NOT NULL REFERENCES graphs (id),"
    "  number INTEGER NOT NULL,"
    "  tasks TEXT NOT NULL,"
    "  PRIMARY KEY (graph, number)"
    ") WITHOUT ROWID;"
    "INSERT INTO graph_ends SELECT graph, 1, json_group_array(task) FROM graph_done GROUP BY graph;"
    "DROP TABLE graph_done;",
    /* No row is ever removed, so that no id is used twice without AUTOINCREMENT, too, which counts
     * them in a table of its own: a third of what an event costs. */
    "CREATE TABLE new_events ("
    "  id INTEGER PRIMARY KEY,"
    "  execution_id TEXT REFERENCES executions (id),"
    "  record TEXT NOT NULL"
    ");"
    "INSERT INTO new_events SELECT id, execution_id, record FROM events;"
    "DROP TABLE events;"
    "ALTER TABLE new_events RENAME TO events;",
    /* `context`: what stands first in the context of the record, but is left out there. */
    "CREATE TABLE event_contexts ("
    "  number INTEGER PRIMARY KEY,"
    "  context TEXT NOT NULL UNIQUE" /* a JSON object without its end */
    ");"
    "CREATE TABLE new_events ("
    "  id INTEGER PRIMARY KEY,"
    "  execution INTEGER REFERENCES executions (number),"
    "  context INTEGER," /* or NULL: the record is whole */
    "  record TEXT NOT NULL"
    ");"
    "INSERT INTO new_events SELECT events.id, executions.number, NULL, record FROM events"
    "  LEFT JOIN executions ON executions.id = events.execution_id;"
    "DROP TABLE events;"
    "ALTER TABLE new_events RENAME TO events;",
};

const struct schema catalog_schema = {.migrations = catalog_migrations,
                                      .version =
                                          sizeof catalog_migrations / sizeof *catalog_migrations};
const struct schema state_schema = {.migrations = state_migrations,
                                    .version = sizeof state_migrations / sizeof *state_migrations};
