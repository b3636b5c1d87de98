import type { Change, DriftLine, Finding } from './plan.js'
import { placeOf } from './record-set.js'
import { parseRouteId } from './route.js'

/** The line of a drift report that a change makes. */
export function driftLine(change: Change): DriftLine {
  switch (change.kind) {
    case 'instance.create':
      return { sign: '+', part: 'instance', subject: change.wanted.name, detail: 'missing → created' }
    case 'instance.prepare':
      return { sign: '~', part: 'instance', subject: change.wanted.name, detail: 'host key and login put in' }
    case 'instance.reconfigure':
      return {
        sign: '~',
        part: 'instance',
        subject: change.wanted.name,
        detail: `${change.fields.join(', ')} set again`,
      }
    case 'instance.authorize':
      return { sign: '~', part: 'instance', subject: change.wanted.name, detail: 'login key put in again' }
    case 'instance.start':
      return { sign: '~', part: 'instance', subject: change.name, detail: 'start' }
    case 'instance.stop':
      return { sign: '~', part: 'instance', subject: change.name, detail: 'stop' }
    case 'instance.restart':
      return { sign: '~', part: 'instance', subject: change.name, detail: 'restart' }
    case 'instance.delete':
      return { sign: '-', part: 'instance', subject: change.name, detail: 'deleted' }
    case 'agent.install':
      return { sign: '+', part: 'agent', subject: change.wanted.sandboxName, detail: 'missing → installed' }
    case 'agent.configure':
      return {
        sign: '~',
        part: 'agent',
        subject: change.wanted.sandboxName,
        detail: 'listens elsewhere → set up again',
      }
    case 'agent.update':
      return { sign: '~', part: 'agent', subject: change.wanted.sandboxName, detail: `${change.from} → ${change.to}` }
    case 'agent.restore':
      return {
        sign: '~',
        part: 'agent',
        subject: change.wanted.sandboxName,
        detail: `an update that was given up → ${change.version}`,
      }
    case 'pipe.write':
      return {
        sign: change.reason === 'missing' ? '+' : '~',
        part: 'pipe',
        subject: change.wanted.name,
        detail: `${change.reason} → written`,
      }
    case 'pipe.remove':
      return { sign: '-', part: 'pipe', subject: change.name, detail: change.reason }
    case 'route.add':
      return { sign: '+', part: 'route', subject: change.wanted.host, detail: 'missing → published' }
    case 'route.change':
      return { sign: '~', part: 'route', subject: change.wanted.host, detail: change.detail }
    case 'route.remove':
      return { sign: '-', part: 'route', subject: change.host ?? change.id, detail: 'removed' }
    case 'server.repair':
      return { sign: '~', part: 'route', subject: 'server', detail: change.detail }
    case 'record.write': {
      const sign = change.before === null ? '+' : '~'
      return { sign, part: 'record set', subject: placeOf(change.wanted), detail: change.detail }
    }
    case 'record.remove':
      return { sign: '-', part: 'record set', subject: placeOf(change.before), detail: change.detail }
  }
}

export function findingLine(finding: Finding): DriftLine {
  return { sign: '!', part: finding.part, subject: finding.subject, detail: finding.detail }
}

/** What a person reads while the change is under way; null: too small to be a step. */
export function stepLabel(change: Change): string | null {
  switch (change.kind) {
    case 'instance.create':
      return 'instance created'
    case 'instance.prepare':
      return 'host key and login put in'
    case 'instance.reconfigure':
      return 'instance adjusted'
    case 'instance.authorize':
      return 'login key put in'
    case 'instance.start':
      return 'started'
    case 'instance.stop':
      return 'stopped'
    case 'instance.restart':
      return 'restarted'
    case 'instance.delete':
      return 'instance deleted'
    case 'agent.install':
      return 'agent installed'
    case 'agent.configure':
      return 'agent set up'
    case 'agent.update':
      return `agent updated to ${change.to}`
    case 'agent.restore':
      return `agent back at ${change.version}`
    case 'pipe.write':
      return `SSH opened for ${change.wanted.authorizedKeys.length} ${change.wanted.authorizedKeys.length === 1 ? 'key' : 'keys'}`
    case 'pipe.remove':
      return 'SSH closed'
    case 'route.add':
    case 'route.change':
      return change.wanted.kind === 'domain'
        ? `${change.wanted.host} published`
        : `${change.wanted.kind} route published`
    case 'route.remove':
      return `${parseRouteId(change.id)?.kind ?? 'app'} route removed`
    case 'server.repair':
      return null
    case 'record.write':
      return `DNS: ${placeOf(change.wanted)} set`
    case 'record.remove':
      return `DNS: ${placeOf(change.before)} removed`
  }
}
