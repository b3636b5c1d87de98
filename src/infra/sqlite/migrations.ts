export interface Migration {
  readonly version: number
  readonly sql: string
}

/** In the order of their versions, from 1; `PRAGMA user_version` says which was the last. A released one is never changed. */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    sql: `
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
  },
  {
    version: 2,
    sql: `
    CREATE UNIQUE INDEX one_host ON sandbox (host);
    CREATE UNIQUE INDEX one_agent_host ON sandbox (agent_host);
    ALTER TABLE buried ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE inbox (
      event_key TEXT PRIMARY KEY, platform TEXT NOT NULL, request TEXT NOT NULL, received_at INTEGER NOT NULL,
      answered_at INTEGER, outcome TEXT
    ) STRICT;
    CREATE INDEX unanswered ON inbox (received_at) WHERE answered_at IS NULL;
    CREATE TABLE outbox (
      slot TEXT PRIMARY KEY, target TEXT NOT NULL, body TEXT NOT NULL, version INTEGER NOT NULL,
      delivered_version INTEGER NOT NULL, ref TEXT, attempts INTEGER NOT NULL, not_before INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX undelivered ON outbox (not_before) WHERE delivered_version < version;
    -- NULLs differ from each other in a UNIQUE constraint; for everybody is ''.
    CREATE TABLE action (
      id TEXT PRIMARY KEY, call TEXT NOT NULL, bound_to TEXT, expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX one_action ON action (call, coalesce(bound_to, ''));
    CREATE TABLE console_message (
      seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, place TEXT NOT NULL, viewer TEXT, body TEXT NOT NULL,
      created_at INTEGER NOT NULL, edited_at INTEGER
    ) STRICT;
    CREATE TABLE audit (
      seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, person TEXT, identity TEXT NOT NULL, command TEXT NOT NULL,
      args TEXT NOT NULL, sandbox TEXT, place TEXT, outcome TEXT NOT NULL, operation TEXT, detail TEXT NOT NULL
    ) STRICT;
    CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    `,
  },
  {
    version: 3,
    sql: `
    ALTER TABLE person ADD COLUMN is_muted INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE outbox ADD COLUMN wanted_at INTEGER NOT NULL DEFAULT 0;
    -- What works once is a row of its own each time.
    ALTER TABLE action ADD COLUMN is_once INTEGER NOT NULL DEFAULT 0;
    DROP INDEX one_action;
    CREATE UNIQUE INDEX one_action ON action (call, coalesce(bound_to, '')) WHERE is_once = 0;
    `,
  },
  {
    version: 4,
    sql: `
    -- Forms that are asked for one answer after the other. form, answers, replyTo and name are in the body.
    CREATE TABLE question (
      seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, place TEXT NOT NULL, person TEXT NOT NULL, state TEXT NOT NULL,
      body TEXT NOT NULL, message TEXT, event TEXT NOT NULL, expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX question_of_person ON question (place, person);
    `,
  },
  {
    version: 5,
    sql: `
    CREATE TABLE access_grant (
      kind TEXT NOT NULL, platform TEXT NOT NULL, workspace TEXT NOT NULL, subject TEXT NOT NULL,
      gives TEXT NOT NULL, until INTEGER, granted_by TEXT, at INTEGER NOT NULL,
      PRIMARY KEY (kind, platform, workspace, subject)
    ) STRICT;
    -- Where commands work in the open.
    CREATE TABLE open_room (
      platform TEXT NOT NULL, workspace TEXT NOT NULL, room TEXT NOT NULL,
      PRIMARY KEY (platform, workspace, room)
    ) STRICT;
    -- Groups and rooms in which a platform has shown somebody.
    CREATE TABLE sighting (
      platform TEXT NOT NULL, workspace TEXT NOT NULL, user TEXT NOT NULL,
      kind TEXT NOT NULL, id TEXT NOT NULL, at INTEGER NOT NULL,
      PRIMARY KEY (platform, workspace, user, kind, id)
    ) STRICT;
    -- A code itself is never kept.
    CREATE TABLE one_time_code (
      seal TEXT PRIMARY KEY, purpose TEXT NOT NULL, person TEXT REFERENCES person (id), expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE share (
      sandbox TEXT NOT NULL REFERENCES sandbox (id) ON DELETE CASCADE, person TEXT NOT NULL REFERENCES person (id),
      shared_by TEXT NOT NULL, at INTEGER NOT NULL, until INTEGER,
      PRIMARY KEY (sandbox, person)
    ) STRICT;
    CREATE TABLE transfer_offer (
      sandbox TEXT PRIMARY KEY REFERENCES sandbox (id) ON DELETE CASCADE, receiver TEXT NOT NULL REFERENCES person (id),
      offered_by TEXT NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE joining (
      id TEXT PRIMARY KEY, former TEXT NOT NULL REFERENCES person (id), person TEXT NOT NULL REFERENCES person (id),
      at INTEGER NOT NULL, moved TEXT NOT NULL
    ) STRICT;
    CREATE TABLE departure (
      person TEXT PRIMARY KEY REFERENCES person (id), at INTEGER NOT NULL, taken_out_by TEXT, until INTEGER NOT NULL,
      taken TEXT NOT NULL
    ) STRICT;
    CREATE TABLE quota (
      scope TEXT NOT NULL, of TEXT NOT NULL, resource TEXT NOT NULL, amount REAL,
      PRIMARY KEY (scope, of, resource)
    ) STRICT;
    -- '' is what was written before there was a chain; it is chained at the next start.
    ALTER TABLE audit ADD COLUMN hash TEXT NOT NULL DEFAULT '';
    CREATE INDEX audit_operation ON audit (operation) WHERE operation IS NOT NULL;
    `,
  },
  {
    version: 6,
    sql: `
    ALTER TABLE sandbox ADD COLUMN agent_version TEXT;
    -- Whatever answers in a sandbox that is there already is not ours.
    UPDATE sandbox SET spec = json_set(spec, '$.agent', json('{"kind":"own"}'));
    UPDATE operation SET before = json_set(before, '$.spec.agent', json('{"kind":"own"}')) WHERE before IS NOT NULL;
    `,
  },
  {
    version: 7,
    sql: `
    -- sandbox.ipv4 is older than sandboxes without one: it then holds the IPv6 address.
    ALTER TABLE sandbox ADD COLUMN ipv6 TEXT;
    CREATE UNIQUE INDEX one_ipv6 ON sandbox (ipv6);
    -- What is published already awaits nothing.
    ALTER TABLE sandbox ADD COLUMN awaited TEXT NOT NULL DEFAULT '[]';
    UPDATE sandbox SET spec = json_set(spec, '$.dns', 'automatic', '$.domains', json('[]'));
    UPDATE operation SET before = json_set(before, '$.spec.dns', 'automatic', '$.spec.domains', json('[]'))
      WHERE before IS NOT NULL;
    ALTER TABLE sandbox ADD COLUMN host_keys_at TEXT;
    -- Kept when its sandbox goes: the certificate authority forgets nothing either.
    CREATE TABLE certificate (
      host TEXT PRIMARY KEY, domain TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL
    ) STRICT;
    `,
  },
  {
    version: 8,
    sql: `
    ALTER TABLE operation ADD COLUMN waiting_until INTEGER;
    CREATE TABLE record_name (name TEXT PRIMARY KEY, owner TEXT NOT NULL) STRICT;
    `,
  },
]
