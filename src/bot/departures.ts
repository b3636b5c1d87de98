import { accessOf, adminsOf, hasLeft, personOf } from '../core/access.js'
import type { Edit } from '../core/edits.js'
import { UserError } from '../core/errors.js'
import { offboard } from '../core/operations/offboard.js'
import { partDeparted } from '../core/operations/link.js'
import { identityText, sameIdentity, type Identity, type Person } from '../core/person.js'
import type { Clock, Store, Sync } from '../core/ports.js'
import type { Settings, State } from '../core/state.js'
import { sameSubject, subjectText, type Subject } from '../core/subject.js'
import type { BotAnnouncer } from './announcer.js'
import type { AuditTrail } from './audit-trail.js'
import { leftCard, offboardedCard, partlyLeftCard } from './cards/offboarding.js'
import { tellingsOf } from './commands/admin/offboard.js'
import type { Message } from './message.js'
import type { Log } from './ports.js'

export interface DeparturesParts {
  readonly store: Store
  readonly settings: Settings
  readonly announcer: BotAnnouncer
  readonly trail: AuditTrail
  readonly sync: Pick<Sync, 'poke'>
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Log
}

const DAY_MS = 24 * 3_600_000

/** What platforms report of those who are not there any more, and of rooms that are another one now. */
export class Departures {
  constructor(private readonly parts: DeparturesParts) {}

  /** Never throws. The same report twice is one. */
  left(identity: Identity): void {
    const { store, settings, log } = this.parts
    try {
      const state = store.state()
      const person = personOf(state, identity)
      if (settings.access.onLeave === 'ignore' || person === undefined || hasLeft(state, person.id)) return
      if (this.isStillIn(state, person, identity)) this.part(state, person, identity)
      else if (settings.access.onLeave === 'at-once') this.takeOut(state, person, identity)
      else this.ask(state, person, identity)
    } catch (error) {
      log('somebody has left, and could not be taken out', { identity: identityText(identity), error })
    }
  }

  /** Never throws. What was granted by command goes with the room; config.toml is not ours to change. */
  moved(from: Subject, to: string): void {
    const { store, settings, trail, clock, log } = this.parts
    try {
      const state = store.state()
      const there = { ...from, id: to }
      const now = clock.now()
      const edits = [
        ...state.grants
          .filter((grant) => sameSubject(grant.to, from))
          .flatMap((grant): readonly Edit[] => [
            { edit: 'grant.remove', to: from },
            { edit: 'grant.put', grant: { ...grant, to: there }, by: null, at: now },
          ]),
        ...state.rooms
          .filter((room) => sameSubject(room, from))
          .flatMap((): readonly Edit[] => [
            { edit: 'room.remove', room: from },
            { edit: 'room.put', room: there },
          ]),
      ]
      const named = [...settings.access.rooms, ...settings.access.grants.map((grant) => grant.to)]
      if (named.some((one) => sameSubject(one, from))) {
        log('config.toml names a room that has another id now', { from: subjectText(from), to: subjectText(there) })
      }
      if (edits.length === 0) return
      const call = { command: 'moved', args: { from: subjectText(from), to: subjectText(there) } }
      store.commit(edits, () => trail.noteHost(call, 'done'))
    } catch (error) {
      log('a room has moved, and its grants could not follow', { from: subjectText(from), error })
    }
  }

  /** By another account, which is let in for itself. */
  private isStillIn(state: State, person: Person, gone: Identity): boolean {
    const { settings, clock } = this.parts
    const others = person.identities.filter((one) => !sameIdentity(one, gone))
    const without = { ...person, identities: others }
    const then = { ...state, persons: state.persons.map((one) => (one.id === person.id ? without : one)) }
    return others.some((identity) => {
      const presence = { identity, groups: [], room: '', isPrivate: true }
      return accessOf(then, settings, presence, clock.now()).role !== null
    })
  }

  /** That account alone goes, with what was granted to it; what the person has stays the person's. */
  private part(state: State, person: Person, identity: Identity): void {
    const { store, trail, clock, newId } = this.parts
    const edits = partDeparted(state, person, identity, { id: newId(), now: clock.now() })
    store.commit(edits, () => {
      trail.noteHost({ command: 'left', args: { identity: identityText(identity) } }, 'done')
      this.tellAdmins(state, identity, partlyLeftCard(person, identity))
    })
  }

  private takeOut(state: State, person: Person, identity: Identity): void {
    const { store, settings, announcer, trail, sync, clock, log } = this.parts
    const ground = { state, settings, now: clock.now() }
    const call = { command: 'left', args: { identity: identityText(identity) } }
    try {
      const { edits, departure } = offboard(ground, { person, heir: null, by: null, now: ground.now })
      store.commit(edits, () => {
        const after = store.state()
        trail.noteHost(call, 'done')
        for (const [at, { to, message }] of tellingsOf(after, person, departure).entries()) {
          announcer.tell(`left:${person.id}:${ground.now.getTime()}:${at}`, to, message)
        }
        this.tellAdmins(after, identity, offboardedCard(after, settings, person, departure))
      })
      sync.poke([...new Set(edits.flatMap((edit) => (edit.edit === 'sandbox.want' ? [edit.id] : [])))])
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      log('somebody has left, and was not taken out', { identity: identityText(identity), why: error.message })
      trail.noteHost(call, 'refused', { detail: error.message })
    }
  }

  private ask(state: State, person: Person, identity: Identity): void {
    const { trail, store, log } = this.parts
    store.commit([], () => {
      if (!this.tellAdmins(state, identity, leftCard(person, identity))) {
        log('somebody has left, and there is no admin to ask', { identity: identityText(identity) })
      }
      trail.noteHost({ command: 'left', args: { identity: identityText(identity) } }, 'done')
    })
  }

  /** Once a day for the same. False: there is nobody to tell. */
  private tellAdmins(state: State, about: Identity, message: Message): boolean {
    const { announcer, settings, clock } = this.parts
    const day = Math.floor(clock.now().getTime() / DAY_MS)
    const admins = adminsOf(state, settings, clock.now()).filter((one) => !sameIdentity(one, about))
    for (const admin of admins) {
      announcer.tell(`left:${identityText(about)}:${day}:${identityText(admin)}`, admin, message)
    }
    return admins.length > 0
  }
}
