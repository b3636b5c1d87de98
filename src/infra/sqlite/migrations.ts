/** Numbered from 1; `PRAGMA user_version` says how many have run. A released one is never changed. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE person (id TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT;
  CREATE TABLE identity (
    platform TEXT NOT NULL, workspace TEXT NOT NULL, user TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES person (id),
    PRIMARY KEY (platform, workspace, user)
  ) STRICT;
  CREATE TABLE ssh_key (
    id TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES person (id),
    type TEXT NOT NULL, blob TEXT NOT NULL, comment TEXT NOT NULL, fingerprint TEXT NOT NULL, added_at INTEGER NOT NULL,
    UNIQUE (person, fingerprint)
  ) STRICT;
  CREATE TABLE sandbox (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, host TEXT NOT NULL, agent_host TEXT NOT NULL,
    owner TEXT NOT NULL REFERENCES person (id), instance TEXT NOT NULL UNIQUE, ipv4 TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL, generation INTEGER NOT NULL, applied_generation INTEGER NOT NULL,
    spec TEXT NOT NULL, phase TEXT NOT NULL, power TEXT NOT NULL, ask TEXT, host_keys TEXT NOT NULL, mapping_key TEXT
  ) STRICT;
  -- Every host name of every sandbox, so that no two can hold the same, be it an app's or an agent's.
  CREATE TABLE host_name (
    host TEXT PRIMARY KEY, sandbox TEXT NOT NULL REFERENCES sandbox (id) ON DELETE CASCADE
  ) STRICT;
  CREATE TABLE buried (id TEXT PRIMARY KEY, name TEXT NOT NULL) STRICT;
  CREATE TABLE operation (
    id TEXT PRIMARY KEY, verb TEXT NOT NULL, sandbox TEXT NOT NULL, sandbox_name TEXT NOT NULL, person TEXT NOT NULL,
    origin TEXT NOT NULL, event_key TEXT NOT NULL UNIQUE, generation INTEGER NOT NULL, state TEXT NOT NULL, before TEXT,
    steps TEXT NOT NULL, waiting_for TEXT, reason TEXT, offers TEXT NOT NULL, cancelled INTEGER NOT NULL,
    started_at INTEGER NOT NULL, ended_at INTEGER
  ) STRICT;
  CREATE UNIQUE INDEX one_live_operation ON operation (sandbox) WHERE state IN ('running', 'going-back');
  `,
]
