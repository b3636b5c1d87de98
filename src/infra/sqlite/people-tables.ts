import { UserError } from '../../core/errors.js'
import type { PeopleEdit } from '../../core/people-edits.js'
import { scopeText } from '../../core/quota.js'
import type { State } from '../../core/state.js'
import type { Subject } from '../../core/subject.js'
import type { Db } from './database.js'
import {
  codeOf,
  departureOf,
  departureRow,
  grantOf,
  grantRow,
  joiningOf,
  joiningRow,
  offerOf,
  offerRow,
  quotaOf,
  quotaRow,
  roomOf,
  shareOf,
  shareRow,
  sightingOf,
  subjectRow,
} from './people-rows.js'
import type { Row } from './rows.js'

type PeopleState = Pick<
  State,
  'quotas' | 'grants' | 'rooms' | 'sightings' | 'codes' | 'shares' | 'offers' | 'joinings' | 'departures'
>

/** The tables of who may do what. */
export class PeopleTables {
  constructor(private readonly db: Db) {}

  read(): PeopleState {
    return {
      grants: this.rows('SELECT * FROM access_grant ORDER BY at, rowid').map(grantOf),
      rooms: this.rows('SELECT * FROM open_room ORDER BY rowid').map(roomOf),
      sightings: this.rows('SELECT * FROM sighting').map(sightingOf),
      codes: this.rows('SELECT * FROM one_time_code').map(codeOf),
      shares: this.rows('SELECT * FROM share ORDER BY at, rowid').map(shareOf),
      offers: this.rows('SELECT * FROM transfer_offer ORDER BY at').map(offerOf),
      joinings: this.rows('SELECT * FROM joining ORDER BY at, rowid').map(joiningOf),
      quotas: this.rows('SELECT * FROM quota ORDER BY scope, of, resource').map(quotaOf),
      departures: this.rows('SELECT * FROM departure ORDER BY at').map(departureOf),
    }
  }

  apply(edit: PeopleEdit): void {
    switch (edit.edit) {
      case 'grant.put':
        return this.put('access_grant', grantRow(edit.grant, edit.by, edit.at))
      case 'grant.remove':
        return this.removeSubject(edit.to)
      case 'room.put':
        return this.put('open_room', roomRow(edit.room))
      case 'room.remove':
        return this.run(
          'DELETE FROM open_room WHERE platform = @platform AND workspace = @workspace AND room = @room',
          roomRow(edit.room),
        )
      case 'identity.seen':
        return this.seen(edit)
      case 'code.put': {
        const { seal, purpose, person, expiresAt } = edit.code
        this.run('DELETE FROM one_time_code WHERE purpose = @purpose AND person IS @person', { purpose, person })
        return this.put('one_time_code', { seal, purpose, person, expires_at: expiresAt.getTime() })
      }
      case 'code.use': {
        const { changes } = this.db.prepare('DELETE FROM one_time_code WHERE seal = ?').run(edit.seal)
        if (changes === 0) throw new UserError('wrong-code', 'That code was used a moment ago.')
        return
      }
      case 'share.put':
        return this.put('share', shareRow(edit.share))
      case 'share.remove': {
        const { sandbox, person } = edit
        return this.run('DELETE FROM share WHERE sandbox = @sandbox AND person = @person', { sandbox, person })
      }
      case 'offer.put':
        return this.put('transfer_offer', offerRow(edit.offer))
      case 'offer.remove':
        return this.run('DELETE FROM transfer_offer WHERE sandbox = @sandbox', { sandbox: edit.sandbox })
      case 'quota.put':
        return this.put('quota', quotaRow(edit.quota))
      case 'quota.remove': {
        const { of, resource } = edit
        const sql = 'DELETE FROM quota WHERE scope = @scope AND of = @of AND resource = @resource'
        return this.run(sql, { scope: of.scope, of: scopeText(of), resource })
      }
      case 'identity.move': {
        const sql =
          'UPDATE identity SET person = @to WHERE platform = @platform AND workspace = @workspace AND user = @user'
        return this.run(sql, { ...edit.identity, to: edit.to })
      }
      case 'key.give':
        return this.run('UPDATE ssh_key SET person = @to WHERE id = @id', { id: edit.id, to: edit.to })
      case 'joining.put':
        return this.put('joining', joiningRow(edit.joining))
      case 'joining.remove':
        return this.run('DELETE FROM joining WHERE id = @id', { id: edit.id })
      case 'departure.put':
        return this.put('departure', departureRow(edit.departure))
      case 'departure.remove':
        return this.run('DELETE FROM departure WHERE person = @person', { person: edit.person })
      default:
        edit satisfies never
    }
  }

  private seen({ identity, groups, rooms, at }: Extract<PeopleEdit, { edit: 'identity.seen' }>): void {
    const who = { ...identity }
    this.run(
      `DELETE FROM sighting WHERE platform = @platform AND workspace = @workspace AND user = @user AND kind = 'group'`,
      who,
    )
    for (const id of groups) this.put('sighting', { ...who, kind: 'group', id, at: at.getTime() })
    for (const id of rooms) this.put('sighting', { ...who, kind: 'room', id, at: at.getTime() })
  }

  private removeSubject(subject: Subject): void {
    this.run(
      `DELETE FROM access_grant
       WHERE kind = @kind AND platform = @platform AND workspace = @workspace AND subject = @subject`,
      subjectRow(subject),
    )
  }

  private put(table: string, row: Row): void {
    const names = Object.keys(row)
    this.run(
      `INSERT OR REPLACE INTO ${table} (${names.join(', ')}) VALUES (${names.map((name) => `@${name}`).join(', ')})`,
      row,
    )
  }

  private run(sql: string, row: Row): void {
    this.db.prepare(sql).run(row)
  }

  private rows(sql: string): Row[] {
    return this.db.prepare<[], Row>(sql).all()
  }
}

function roomRow({ platform, workspace, id }: Subject): Row {
  return { platform, workspace, room: id }
}
