import type { Db } from './database.js'
import { writing } from './disk-trouble.js'
import { refuseSecret } from './secrets.js'

/** A form that is asked for one answer after the other; `Form` is whatever the platform keeps of it, as JSON. */
export interface StoredQuestion<Form> {
  readonly id: string
  readonly place: string
  readonly person: string
  readonly name: string
  readonly form: Form
  readonly answers: Readonly<Record<string, string>>
  readonly state: 'open' | 'answered' | 'ended'
  readonly message: string | null
  readonly replyTo: number | null
  readonly event: string
  readonly expiresAt: Date
}

interface Row {
  readonly id: string
  readonly place: string
  readonly person: string
  readonly state: 'open' | 'answered' | 'ended'
  readonly body: string
  readonly message: string | null
  readonly event: string
  readonly expires_at: number
}

/** Questions that outlive a restart. */
export class SqliteQuestions<Form> {
  constructor(private readonly db: Db) {}

  put(question: StoredQuestion<Form>): void {
    const { id, place, person, state, message, event, expiresAt, name, form, answers, replyTo } = question
    const body = JSON.stringify({ name, form, answers, replyTo })
    refuseSecret(body)
    const statement = this.db.prepare(
      `INSERT INTO question (id, place, person, state, body, message, event, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, body = excluded.body, message = excluded.message,
         event = excluded.event, expires_at = excluded.expires_at`,
    )
    writing(() => statement.run(id, place, person, state, body, message, event, expiresAt.getTime()))
  }

  find(id: string): StoredQuestion<Form> | undefined {
    return this.all('WHERE id = ?', id)[0]
  }

  /** The newest first. */
  ofPerson(place: string, person: string): readonly StoredQuestion<Form>[] {
    return this.all('WHERE place = ? AND person = ? ORDER BY seq DESC', place, person)
  }

  unsent(): readonly StoredQuestion<Form>[] {
    return this.all("WHERE state = 'open' AND message IS NULL ORDER BY seq")
  }

  forgetBefore(time: Date): void {
    writing(() => this.db.prepare('DELETE FROM question WHERE expires_at < ?').run(time.getTime()))
  }

  private all(where: string, ...values: readonly string[]): readonly StoredQuestion<Form>[] {
    return this.db
      .prepare<string[], Row>(`SELECT * FROM question ${where}`)
      .all(...values)
      .map((row) => asQuestion(row))
  }
}

function asQuestion<Form>({ id, place, person, state, message, event, expires_at, body }: Row): StoredQuestion<Form> {
  const rest = JSON.parse(body) as Pick<StoredQuestion<Form>, 'name' | 'form' | 'answers' | 'replyTo'>
  return { ...rest, id, place, person, state, message, event, expiresAt: new Date(expires_at) }
}
