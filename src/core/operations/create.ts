import { accountName } from '../accounts.js'
import { allocateAddress } from '../addresses.js'
import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import { checkPort, collision, parseCreateTarget, suggestNames, type CreateTarget } from '../names.js'
import type { Sandbox } from '../sandbox.js'
import { shown } from '../shown.js'
import { sandboxByName, type Template } from '../state.js'
import { startOperation, type Context } from './operation-context.js'

export interface CreateRequest {
  /** A name, or a domain. */
  readonly target: string
  readonly name?: string
  readonly template?: string
  readonly port?: string
}

export function createSandbox(context: Context, request: CreateRequest): readonly Edit[] {
  const { state, settings, actor, network } = context
  const isTaken = (name: string): boolean => sandboxByName(state, name) !== undefined
  const target = parseCreateTarget(request.target, settings.base, settings.reservedNames, isTaken, request.name)
  const holder =
    sandboxByName(state, target.name) ?? collision({ app: target.host, agent: target.agentHost }, state.sandboxes)
  if (holder !== undefined) throw taken(context, target, holder)
  if (network === null) {
    throw new UserError('host-away', 'The host has not answered yet. Please try again in a moment.')
  }
  const template = templateOf(context, request.template)
  const addresses = new Set(state.sandboxes.map((sandbox) => sandbox.ipv4))
  const ipv4 = allocateAddress(network, settings.pins, addresses)
  if (ipv4 === null) {
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
    ipv4,
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
    },
    phase: 'creating',
    power: 'unknown',
    ask: null,
    hostKeys: [],
    mappingKey: null,
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

function taken(context: Context, { name, host, agentHost, custom }: CreateTarget, holder: Sandbox): UserError {
  const { state, actor } = context
  const owner = state.persons.find((person) => person.id === holder.owner)?.name ?? 'someone'
  if (holder.name !== name) {
    const theirs = [holder.host, holder.agentHost]
    const both = [host, agentHost].find((one) => theirs.includes(one)) ?? host
    return new UserError('name-taken', `\`${both}\` leads to \`${holder.name}\` (${owner}). Choose another domain.`)
  }
  const free = suggestNames(name, actor.person.name, (one) => sandboxByName(state, one) !== undefined)
  const offers = free.map((one) => ({
    label: `Use ${one}`,
    command: 'create',
    args: custom ? { target: host, name: one } : { target: one },
  }))
  const words = free.map((one) => `\`${one}\``).join(', ')
  return new UserError('name-taken', `\`${name}\` is taken (${owner}). Free: ${words}.`, offers)
}
