import type { Edit, SandboxFacts } from '../../core/edits.js'
import { UserError } from '../../core/errors.js'
import { hostsOf } from '../../core/hosts.js'
import type { Operation } from '../../core/operation.js'
import type { Identity } from '../../core/person.js'
import type { Store } from '../../core/ports.js'
import { mayBecome, type Sandbox, type SandboxId } from '../../core/sandbox.js'
import type { Rollout } from '../../core/rollout.js'
import type { State } from '../../core/state.js'
import type { Db } from './database.js'
import { writing } from './disk-trouble.js'
import { PeopleTables } from './people-tables.js'
import { keyOf, operationOf, operationRow, personOf, sandboxOf, sandboxRow, type Row } from './rows.js'
import { Snapshot } from './snapshot.js'

const NEWEST_AGENT = 'agent.newest'
const ROLLOUT = 'agent.rollout'

/** What is only ours to remember, in SQLite. */
export class SqliteStore implements Store {
  private readonly snapshot: Snapshot<State>
  private readonly people: PeopleTables

  constructor(private readonly db: Db) {
    this.people = new PeopleTables(db)
    this.snapshot = new Snapshot(db, () => this.read())
  }

  state(): State {
    return this.snapshot.get()
  }

  commit(edits: readonly Edit[], after?: () => void): void {
    const all = this.db.transaction(() => {
      for (const edit of edits) this.apply(edit)
      after?.()
    })
    const run = (): void => writing(() => all.immediate())
    try {
      if (edits.length === 0) run()
      else this.snapshot.changing(run)
    } catch (error) {
      throw refusalOf(error) ?? error
    }
  }

  operation(id: string): Operation | undefined {
    return this.rows('SELECT * FROM operation WHERE id = ?', id).map(operationOf)[0]
  }

  recentOperations(limit: number): readonly Operation[] {
    return this.rows('SELECT * FROM operation ORDER BY started_at DESC, rowid DESC LIMIT ?', limit).map(operationOf)
  }

  private read(): State {
    return {
      sandboxes: this.rows('SELECT * FROM sandbox ORDER BY name').map(sandboxOf),
      persons: this.persons(),
      keys: this.rows('SELECT * FROM ssh_key ORDER BY added_at, id').map(keyOf),
      operations: this.rows("SELECT * FROM operation WHERE state IN ('running', 'going-back', 'stuck')").map(
        operationOf,
      ),
      newestAgent: this.setting(NEWEST_AGENT),
      rollout: JSON.parse(this.setting(ROLLOUT) ?? 'null') as Rollout | null,
      buried: new Set(this.rows('SELECT id FROM buried').map((row) => String(row.id))),
      recordNames: this.rows('SELECT * FROM record_name ORDER BY name').map(({ name, owner }) => ({
        name: String(name),
        owner: String(owner),
      })),
      ...this.people.read(),
    }
  }

  private apply(edit: Edit): void {
    switch (edit.edit) {
      case 'sandbox.add':
        this.insert('sandbox', sandboxRow(edit.sandbox))
        this.holdHostNames(edit.sandbox)
        return
      case 'sandbox.want': {
        const { edit: _, id, ...change } = edit
        this.change(id, (sandbox) => ({ ...sandbox, ...change, generation: sandbox.generation + 1 }))
        return
      }
      case 'sandbox.note':
        this.change(edit.id, (sandbox) => noted(sandbox, edit.facts))
        return
      case 'sandbox.bury':
        this.db
          .prepare('INSERT OR IGNORE INTO buried (id, name, at) SELECT id, name, ? FROM sandbox WHERE id = ?')
          .run(Date.now(), edit.id)
        this.db.prepare('DELETE FROM sandbox WHERE id = ?').run(edit.id)
        return
      case 'record-name.add':
        this.db
          .prepare('INSERT OR REPLACE INTO record_name (name, owner) VALUES (?, ?)')
          .run(edit.name.name, edit.name.owner)
        return
      case 'record-name.remove':
        this.db.prepare('DELETE FROM record_name WHERE name = ?').run(edit.name)
        return
      case 'operation.start':
        this.insert('operation', operationRow(edit.operation))
        return
      case 'operation.note': {
        const former = this.operation(edit.id)
        if (former === undefined) throw new Error(`there is no operation ${edit.id}`)
        this.update('operation', operationRow({ ...former, ...edit.change }))
        return
      }
      case 'agent.newest':
        this.set(NEWEST_AGENT, edit.version)
        return
      case 'rollout.set':
        this.set(ROLLOUT, JSON.stringify(edit.rollout))
        return
      case 'person.mute':
        this.update('person', { id: edit.id, is_muted: edit.isMuted ? 1 : 0 })
        return
      case 'person.add':
        this.insert('person', { id: edit.person.id, name: edit.person.name, is_muted: edit.person.isMuted ? 1 : 0 })
        for (const { platform, workspace, user } of edit.person.identities) {
          this.insert('identity', { platform, workspace, user, person: edit.person.id })
        }
        return
      case 'key.add': {
        const { addedAt, ...key } = edit.key
        this.insert('ssh_key', { ...key, added_at: addedAt.getTime() })
        return
      }
      case 'key.remove':
        this.db.prepare('DELETE FROM ssh_key WHERE id = ?').run(edit.id)
        return
      default:
        this.people.apply(edit)
    }
  }

  private change(id: SandboxId, to: (sandbox: Sandbox) => Sandbox): void {
    const [former] = this.rows('SELECT * FROM sandbox WHERE id = ?', id).map(sandboxOf)
    if (former === undefined) throw new Error(`there is no sandbox ${id}`)
    const sandbox = to(former)
    if (!mayBecome(former.phase, sandbox.phase)) {
      throw new Error(`${former.name} is ${former.phase} and cannot become ${sandbox.phase}`)
    }
    this.update('sandbox', sandboxRow(sandbox))
    if (sandbox.spec !== former.spec || sandbox.appliedGeneration !== former.appliedGeneration)
      this.holdHostNames(sandbox)
  }

  /** A host name that is wanted is taken at once; one that is not any more is free when that is applied. */
  private holdHostNames(sandbox: Sandbox): void {
    const wanted = hostsOf(sandbox).map(({ host }) => host)
    const held = this.rows('SELECT host FROM host_name WHERE sandbox = ?', sandbox.id).map(({ host }) => String(host))
    for (const host of wanted) if (!held.includes(host)) this.insert('host_name', { host, sandbox: sandbox.id })
    if (sandbox.appliedGeneration !== sandbox.generation) return
    const free = this.db.prepare('DELETE FROM host_name WHERE host = ?')
    for (const host of held) if (!wanted.includes(host)) free.run(host)
  }

  private setting(key: string): string | null {
    return this.rows('SELECT value FROM setting WHERE key = ?', key).map((row) => String(row.value))[0] ?? null
  }

  private set(key: string, value: string): void {
    this.db.prepare('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)').run(key, value)
  }

  private persons(): State['persons'] {
    const identities = this.rows('SELECT * FROM identity ORDER BY platform, workspace, user')
    return this.rows('SELECT * FROM person ORDER BY id').map((row) =>
      personOf(row, identities.filter(({ person }) => person === row.id).map(identityOf)),
    )
  }

  private rows(sql: string, ...values: (string | number)[]): Row[] {
    return this.db.prepare<unknown[], Row>(sql).all(...values)
  }

  private insert(table: string, row: Row): void {
    const names = Object.keys(row)
    this.db
      .prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`)
      .run(row)
  }

  private update(table: string, row: Row): void {
    const names = Object.keys(row).filter((name) => name !== 'id')
    this.db
      .prepare(`UPDATE ${table} SET ${names.map((name) => `${name} = @${name}`).join(', ')} WHERE id = @id`)
      .run(row)
  }
}

function noted(sandbox: Sandbox, { accounts, ...facts }: SandboxFacts): Sandbox {
  return { ...sandbox, ...facts, spec: accounts === undefined ? sandbox.spec : { ...sandbox.spec, accounts } }
}

function identityOf(row: Row): Identity {
  return { platform: String(row.platform), workspace: String(row.workspace), user: String(row.user) }
}

/** Two requests at once pass the same check; the database lets one in. */
function refusalOf(error: unknown): UserError | null {
  if (!(error instanceof Error) || !('code' in error) || !String(error.code).startsWith('SQLITE_CONSTRAINT'))
    return null
  if (/sandbox\.ipv[46]/.test(error.message))
    return new UserError('name-taken', 'Someone else got that address a moment ago. Please try again.')
  if (/sandbox\.(name|instance|host|agent_host)|host_name\.host/.test(error.message)) {
    return new UserError('name-taken', 'Someone else took that name a moment ago. Choose another one.')
  }
  if (/operation\.sandbox/.test(error.message))
    return new UserError('busy', 'Something else was started on it a moment ago. Wait for its end, or cancel it.')
  return null
}
