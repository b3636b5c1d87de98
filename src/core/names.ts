import { createHash } from 'node:crypto'
import { domainToASCII } from 'node:url'
import { isIP } from 'node:net'
import { UserError } from './errors.js'
import { shown } from './shown.js'

const LONGEST = 32
/** All that IDNA takes for a dot. */
const DOTS = /[.。．｡]/
/** Characters that would make a URL of a domain; `domainToASCII` drops them, with what they lead to. */
const NO_DOMAIN = /[\s/@:?#\\%[\]]/
const FLAT_AGENT = 'shelley-'
const RESERVED = ['admin', 'api', 'exedev', 'git', 'localhost', 'mail', 'ns1', 'ns2', 'root', 'shelley', 'www']

/** Where the agent of `myapp` is: `shelley.myapp.<base>`, or `shelley-myapp.<base>`, which a wildcard certificate covers. */
export type HostScheme = 'nested' | 'flat'

/** What the rules of names hang on. */
export interface Naming {
  /** `box.example.com` */
  readonly base: string
  readonly scheme: HostScheme
  readonly reservedNames: readonly string[]
}

export interface CreateTarget {
  readonly name: string
  readonly host: string
  readonly agentHost: string
  /** A domain of the person's own, not a name below the base. */
  readonly custom: boolean
}

/** A sandbox's name is an SSH user name: SSHPiper takes `^[a-z_][-a-z0-9_]{0,31}$`, and a host name has no `_`. */
export function checkName(name: string, naming: Naming): void {
  if (isReserved(name, naming)) {
    throw new UserError('invalid', `The name \`${name}\` is reserved. Choose another one.`)
  }
  if (/^[a-z][a-z0-9-]{0,30}[a-z0-9]$/.test(name)) return
  const rule =
    'A name has 2 to 32 characters: a–z, 0–9 and hyphens, beginning with a letter and not ending with a hyphen.'
  const better = corrected(name, naming)
  if (better === null) throw new UserError('invalid', rule)
  const offer = { label: `Use ${better}`, command: 'create', args: { target: better } }
  throw new UserError('invalid', `${rule} \`${shown(name)}\` could be \`${better}\`.`, [offer])
}

/** Reads what a person typed behind `create`: a name, or a domain. */
export function parseCreateTarget(
  text: string,
  naming: Naming,
  taken: (name: string) => boolean,
  nameOverride?: string,
): CreateTarget {
  const { base } = naming
  const typed = text.trim()
  const host = DOTS.test(typed) ? checkDomain(typed, base) : null
  const below = host?.endsWith(`.${base}`) ? host.slice(0, -base.length - 1) : null
  if (host === null || (below !== null && !below.includes('.'))) {
    const name = nameOverride ?? below ?? typed
    checkName(name, naming)
    const agentHost = naming.scheme === 'flat' ? `${FLAT_AGENT}${name}.${base}` : agentHostOf(`${name}.${base}`)
    return { name, host: `${name}.${base}`, agentHost, custom: false }
  }
  if (nameOverride !== undefined) checkName(nameOverride, naming)
  // Not flat: `shelley-example.com` would be another one's domain.
  return { name: nameOverride ?? nameOfDomain(host, naming, taken), host, agentHost: agentHostOf(host), custom: true }
}

/** A domain to be added to a sandbox. Throws UserError. */
export function checkCustomDomain(text: string, { base }: Naming): string {
  const host = checkDomain(text.trim(), base)
  if (!host.endsWith(`.${base}`)) return host
  const name = host.slice(0, -base.length - 1)
  throw new UserError('invalid', `Names below \`${base}\` are for sandboxes of their own: \`create ${name}\``)
}

function agentHostOf(host: string): string {
  return `shelley.${host}`
}

/** In the flat scheme the names of agents stand beside those of sandboxes. */
function isReserved(name: string, { scheme, reservedNames }: Naming): boolean {
  return [...RESERVED, ...reservedNames].includes(name) || (scheme === 'flat' && name.startsWith(FLAT_AGENT))
}

export function checkPort(text: string, agentPort: number, sshPort: number): number {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text.trim()) : 0
  if (port < 1 || port > 65_535) throw new UserError('invalid', 'A port is a number from 1 to 65535.')
  if (port === agentPort) throw new UserError('invalid', `Port ${port} is the agent's own. Choose another one.`)
  if (port === sshPort) throw new UserError('invalid', `Port ${port} is SSH's own. Choose another one.`)
  return port
}

/** Two free names like this one. */
export function suggestNames(name: string, owner: string, taken: (name: string) => boolean): string[] {
  const isFree = (one: string): boolean => !taken(one) && !RESERVED.includes(one)
  const numbered = Array.from({ length: 20 }, (_, index) => withSuffix(name, `${index + 2}`))
  const label = owner.toLowerCase().replace(/[^a-z0-9]/g, '')
  const free = numbered.filter(isFree).slice(0, 1)
  const own = label === '' ? [] : [withSuffix(name, `-${label.slice(0, 12)}`)].filter(isFree)
  return [...free, ...own]
}

function checkDomain(text: string, base: string): string {
  const host = NO_DOMAIN.test(text) ? '' : domainToASCII(text.toLowerCase()).replace(/\.$/, '')
  const labels = host.split('.')
  const isDomain =
    labels.length > 1 &&
    host.length <= 253 - agentHostOf('').length &&
    labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label)) &&
    isIP(host) === 0
  if (!isDomain) throw new UserError('invalid', `\`${shown(text)}\` is no domain. One looks like \`app.example.com\`.`)
  if (host === base || agentHostOf(host) === base)
    throw new UserError('invalid', `\`${base}\` is where all sandboxes live. Choose a name below it.`)
  return host
}

/** Dots become hyphens; a short hash where that is too long, begins with no letter, or is taken. */
function nameOfDomain(host: string, naming: Naming, taken: (name: string) => boolean): string {
  const plain = host.replaceAll('.', '-')
  const begins = /^[a-z]/.test(plain) && !(naming.scheme === 'flat' && plain.startsWith(FLAT_AGENT))
  if (begins && plain.length <= LONGEST && !taken(plain) && !isReserved(plain, naming)) return plain
  const hash = createHash('sha256').update(host).digest('hex').slice(0, 6)
  return withSuffix(begins ? plain : `s-${plain}`, `-${hash}`)
}

function withSuffix(name: string, suffix: string): string {
  return name.slice(0, LONGEST - suffix.length).replace(/-+$/, '') + suffix
}

function corrected(name: string, naming: Naming): string | null {
  const better = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, LONGEST)
    .replace(/-+$/, '')
  return better.length < 2 || better === name || isReserved(better, naming) ? null : better
}
