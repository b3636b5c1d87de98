import type { Operation } from '../../core/operation.js'
import { awaitedOf } from '../../core/hosts.js'
import { statusOf, type Sandbox } from '../../core/sandbox.js'
import { entrantsOf, sharesOf } from '../../core/sharing.js'
import { liveOperationOf, type State } from '../../core/state.js'
import type { Block, Button, CommandCall, Field, Inline, Message } from '../message.js'
import type { Addresses } from './addresses.js'
import { certificateField } from './certificate.js'
import { awaitedBlocks, hostInlines } from './domains.js'
import { sentence, span, statusTitle } from './words.js'

/** The card of a sandbox: how to reach it, and its buttons. `buttons` false: an older card, which keeps its words. */
export function sandboxCard(state: State, sandbox: Sandbox, addresses: Addresses, now: Date, buttons = true): Message {
  const status = statusOf(sandbox)
  const owner = state.persons.find((person) => person.id === sandbox.owner)
  const blocks: Block[] = [{ block: 'fields', fields: fieldsOf(state, sandbox, addresses, now) }]
  if (sandbox.phase === 'lost') {
    blocks.push(
      sentence(
        `${sandbox.name}'s instance is gone from the host, and nobody deleted it here. I have not made an empty one in its place. Deleting ${sandbox.name} frees its name.`,
      ),
    )
  }
  if (sandbox.phase === 'stuck') {
    blocks.push(sentence(`Neither going on nor going back worked. An admin can look at it; it can be deleted.`))
  }
  blocks.push(...awaitedBlocks(sandbox, addresses))
  if (!state.keys.some((key) => key.person === sandbox.owner)) blocks.push(noKey(sandbox.name))
  if (buttons) blocks.push({ block: 'buttons', buttons: buttonsOf(state, sandbox, addresses) })
  return {
    title: statusTitle(sandbox.name, status),
    ...(owner === undefined ? {} : { aside: owner.name }),
    tone: status === 'running' ? 'good' : status === 'lost' || status === 'stuck' ? 'bad' : 'plain',
    blocks,
  }
}

/** SSH stays closed without a key: the card says how to add one. */
export function noKey(name: string): Block {
  return sentence(
    `No SSH key of the owner is here, so SSH to ${name} stays closed. Paste a public key: \`/sandbox keys add ssh-ed25519 AAAA…\``,
  )
}

function fieldsOf(state: State, sandbox: Sandbox, addresses: Addresses, now: Date): Field[] {
  const names = (host: string): Inline[] => hostInlines(sandbox, host, addresses)
  const users = sandbox.spec.accounts.map((account) => account.user).join(', ')
  const login = users === '' ? ' · no login' : ` · login: ${users}`
  const entrants = entrantsOf(state, sandbox)
  const hasKey = state.keys.some((key) => entrants.has(key.person))
  const shared = sharesOf(state, sandbox)
    .map((share) => state.persons.find((person) => person.id === share.person)?.name ?? 'someone')
    .join(', ')
  const ssh = hasKey ? [{ code: addresses.sshLine(sandbox.name) }] : ['closed: no key yet']
  const certificate = certificateField(sandbox, addresses)
  const last = liveOperationOf(state, sandbox.id)
  return [
    { label: 'App', value: [...names(sandbox.host), ' · public'] },
    { label: 'Agent', value: hasAgent(sandbox) ? [...names(sandbox.agentHost), login] : ['none'] },
    ...sandbox.spec.domains.map(({ host }) => ({ label: 'Domain', value: names(host) })),
    ...(certificate === null ? [] : [certificate]),
    { label: 'SSH', value: ssh },
    ...(shared === '' ? [] : [{ label: 'Shared', value: [`with ${shared}`] }]),
    { label: 'About', value: [aboutOf(state, sandbox, now)] },
    ...(last === undefined ? [] : [{ label: 'Now', value: [nowOf(last, now)] }]),
  ]
}

function hasAgent({ spec }: Sandbox): boolean {
  return spec.agent.kind !== 'none'
}

function aboutOf(state: State, sandbox: Sandbox, now: Date): string {
  const age = span(now.getTime() - sandbox.createdAt.getTime())
  const agent = sandbox.agentVersion === null ? '' : ` · Shelley ${sandbox.agentVersion}${newerOf(state, sandbox)}`
  return `${sandbox.spec.template} · app port ${sandbox.spec.appPort}${agent} · created ${age} ago`
}

/** That there is a newer agent; '' where there is none. */
function newerOf({ newestAgent }: State, { agentVersion }: Sandbox): string {
  const isNewest = newestAgent === null || agentVersion === null || newestAgent === agentVersion
  return isNewest ? '' : ` (${newestAgent} is out)`
}

function nowOf(operation: Operation, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - operation.startedAt.getTime()) / 1000))
  return `${operation.verb} under way, ${seconds} s so far`
}

/** At most five, the likeliest first, the dangerous one last. */
function buttonsOf(state: State, sandbox: Sandbox, addresses: Addresses): Button[] {
  const call = (command: string): CommandCall => ({ command, args: { sandbox: sandbox.name } })
  const remove: Button = { label: 'Delete', press: call('delete'), style: 'danger' }
  const live = liveOperationOf(state, sandbox.id)
  if (live !== undefined) {
    return live.verb === 'delete' || live.state === 'going-back' ? [] : [{ label: 'Cancel', press: call('cancel') }]
  }
  if (sandbox.phase !== 'ready') return sandbox.phase === 'deleting' ? [] : [remove]
  if (sandbox.power !== 'running') return [{ label: 'Start', press: call('start'), style: 'primary' }, remove]
  const awaited = awaitedOf(sandbox)
  const links = [
    { label: 'Open app', host: sandbox.host },
    { label: 'Open agent', host: sandbox.agentHost },
  ].filter(({ host }) => !awaited.includes(host))
  return [
    ...links.map(({ label, host }) => ({ label, url: addresses.url(host) })),
    ...(newerOf(state, sandbox) === '' ? [] : [{ label: 'Update agent', press: call('update') }]),
    { label: 'Stop', press: call('stop') },
    ...(newerOf(state, sandbox) === '' ? [{ label: 'Restart', press: call('restart') }] : []),
    remove,
  ]
}
