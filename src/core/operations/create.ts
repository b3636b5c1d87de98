import { accountName } from '../accounts.js'
import { allocateAddresses } from '../addresses.js'
import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import { collision } from '../hosts.js'
import { checkPort, parseCreateTarget, suggestNames, type CreateTarget } from '../names.js'
import type { DnsKeeping, Sandbox } from '../sandbox.js'
import { shown } from '../shown.js'
import { sandboxByName, type State, type Template } from '../state.js'
import { startOperation, type Context } from './operation-context.js'

export interface CreateRequest {
  /** A name, or a domain. */
  readonly target: string
  readonly name?: string
  readonly template?: string
  readonly port?: string
  readonly dns?: string
}

export function createSandbox(context: Context, request: CreateRequest): readonly Edit[] {
  const { state, settings, actor, network } = context
  const isTaken = (name: string): boolean => sandboxByName(state, name) !== undefined
  const target = parseCreateTarget(request.target, settings, isTaken, request.name)
  const dns = checkDnsKeeping(request.dns)
  demandFree(context, target)
  if (network === null) {
    throw new UserError('host-away', 'The host has not answered yet. Please try again in a moment.')
  }
  const template = templateOf(context, request.template)
  const addresses = allocateAddresses(network, settings.pins, state.sandboxes)
  if (addresses === null) {
    throw new UserError(
      'quota',
      'The host has no free address for another sandbox. Deleting one makes room; an admin can widen [incus] pins.',
    )
  }
  const id = context.newId()
  const sandbox: Sandbox = {
    id,
    name: target.name,
    host: target.host,
    agentHost: target.agentHost,
    owner: actor.person.id,
    instance: `${target.name}-${id.slice(0, 4)}`,
    ...addresses,
    createdAt: context.now,
    generation: 1,
    appliedGeneration: 0,
    spec: {
      template: template.name,
      image: template.image,
      limits: template.limits,
      nesting: template.nesting,
      appPort:
        request.port === undefined ? template.appPort : checkPort(request.port, settings.agentPort, settings.sshPort),
      accounts:
        template.agent === 'none'
          ? []
          : [{ person: actor.person.id, user: accountName(actor.person.name), hash: null, delivered: false }],
      agent: template.agent === 'shelley' ? { kind: 'shelley', version: null } : { kind: template.agent },
      dns,
      domains: [],
    },
    phase: 'creating',
    power: 'unknown',
    ask: null,
    hostKeys: [],
    hostKeysAt: null,
    mappingKey: null,
    awaited: target.custom ? [target.host, target.agentHost] : [],
    agentVersion: null,
  }
  return [{ edit: 'sandbox.add', sandbox }, startOperation(context, 'create', sandbox, 1)]
}

function templateOf(context: Context, name: string | undefined): Template {
  const { templates } = context.settings
  const template = name === undefined ? templates[0] : templates.find((one) => one.name === name)
  if (template !== undefined) return template
  const known = templates.map((one) => `\`${one.name}\``).join(', ')
  throw new UserError('invalid', `There is no template \`${shown(name ?? '')}\`. There are: ${known}.`)
}

export function checkDnsKeeping(text: string | undefined): DnsKeeping {
  if (text === undefined) return 'automatic'
  const word = text.trim().toLowerCase()
  if (word === 'automatic' || word === 'by-hand') return word
  throw new UserError('invalid', `DNS is kept \`automatic\` or \`by-hand\`, not \`${shown(text)}\`.`)
}

/** Its name must be free, and both of its host names. */
function demandFree(context: Context, target: CreateTarget): void {
  const { state } = context
  const namesake = sandboxByName(state, target.name)
  if (namesake !== undefined) throw nameTaken(context, target, namesake)
  demandFreeHosts(context, [target.host, target.agentHost], target.custom ? 'domain' : 'name')
}

/** Throws where one of these host names is a sandbox's. `what` is what to choose another of. */
export function demandFreeHosts({ state }: Context, hosts: readonly string[], what: 'domain' | 'name'): void {
  const both = collision(hosts, state)
  if (both === undefined) return
  const { name } = both.holder
  const words = `\`${both.host}\` leads to \`${name}\` (${ownerOf(state, both.holder)}). Choose another ${what}.`
  throw new UserError('name-taken', words)
}

function nameTaken({ state, actor }: Context, { name, host, custom }: CreateTarget, holder: Sandbox): UserError {
  const free = suggestNames(name, actor.person.name, (one) => sandboxByName(state, one) !== undefined)
  const offers = free.map((one) => ({
    label: `Use ${one}`,
    command: 'create',
    args: custom ? { target: host, name: one } : { target: one },
  }))
  const words = free.map((one) => `\`${one}\``).join(', ')
  return new UserError('name-taken', `\`${name}\` is taken (${ownerOf(state, holder)}). Free: ${words}.`, offers)
}

function ownerOf({ persons }: State, { owner }: Sandbox): string {
  return persons.find((person) => person.id === owner)?.name ?? 'someone'
}
