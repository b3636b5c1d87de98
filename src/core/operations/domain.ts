import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import { awaitedOf, hostsOf } from '../hosts.js'
import { checkCustomDomain } from '../names.js'
import type { CustomDomain, Sandbox } from '../sandbox.js'
import { shown } from '../shown.js'
import { checkDnsKeeping, demandFreeHosts } from './create.js'
import { alive, notBusy, ownSandbox, startOperation, type Context } from './operation-context.js'

/** More than anybody needs; each is a certificate. */
const MOST = 20

export interface DomainRequest {
  readonly sandbox: string
  readonly domain: string
}

/** Serves the app at a domain of the person's own, as soon as DNS brings people here. */
export function addDomain(context: Context, request: DomainRequest & { readonly dns?: string }): readonly Edit[] {
  const sandbox = ownSandbox(context, request.sandbox, 'add a domain to')
  const host = checkCustomDomain(request.domain, context.settings)
  const dns = checkDnsKeeping(request.dns)
  const { domains } = sandbox.spec
  if (hostsOf(sandbox).some((name) => name.host === host))
    throw new UserError('invalid', `\`${host}\` leads to ${sandbox.name} already.`)
  demandFreeHosts(context, [host], 'domain')
  notBusy(context, sandbox)
  alive(sandbox)
  if (domains.length >= MOST) {
    throw new UserError('quota', `${sandbox.name} has ${MOST} domains; that is the most. Remove one first.`)
  }
  return changed(context, sandbox, [...domains, { host, dns }], [...awaitedOf(sandbox), host])
}

export function removeDomain(context: Context, request: DomainRequest): readonly Edit[] {
  const sandbox = ownSandbox(context, request.sandbox, 'remove a domain from')
  const { domains } = sandbox.spec
  const host = typed(request.domain, context)
  if ([sandbox.host, sandbox.agentHost].includes(host))
    throw new UserError(
      'invalid',
      `\`${host}\` is what ${sandbox.name} was created with; it stays as long as that does.`,
    )
  if (!domains.some((domain) => domain.host === host)) {
    const theirs = domains.map((domain) => `\`${domain.host}\``).join(', ')
    const has = theirs === '' ? `${sandbox.name} has no domain of its own.` : `${sandbox.name} has: ${theirs}.`
    throw new UserError('not-found', `\`${shown(request.domain)}\` is no domain of ${sandbox.name}. ${has}`)
  }
  notBusy(context, sandbox)
  alive(sandbox)
  const rest = domains.filter((domain) => domain.host !== host)
  return changed(context, sandbox, rest, sandbox.awaited)
}

function changed(
  context: Context,
  sandbox: Sandbox,
  domains: readonly CustomDomain[],
  awaited: readonly string[],
): readonly Edit[] {
  return [
    { edit: 'sandbox.want', id: sandbox.id, spec: { ...sandbox.spec, domains }, awaited },
    startOperation(context, 'domain', sandbox, sandbox.generation + 1),
  ]
}

/** As it was written down when it was added, whatever the spelling. */
function typed(text: string, { settings }: Context): string {
  try {
    return checkCustomDomain(text, settings)
  } catch {
    return text.trim().toLowerCase()
  }
}
