import { isIP } from 'node:net'
import { InfraError } from '../../core/errors.js'
import type { Route } from '../../core/parts/route.js'

const label = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?'
const hostName = new RegExp(`^(${label}\\.)*${label}$`)
const bcrypt = /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/
/** No colon (it ends the user's name in the header), and no brace: Caddy would fill it in. */
const userName = /^[^\s:{}]{1,64}$/

/** Caddy takes ports such as 70000 or `abc` without a word, so the check is ours. Throws InfraError. */
export function demandValid(route: Route): void {
  const wrong = fault(route)
  if (wrong !== null)
    throw new InfraError('caddy', 'never', `caddy: the ${route.kind} route of ${route.sandbox}: ${wrong}`)
}

function fault(route: Route): string | null {
  if (!/^[\w.-]+$/.test(route.sandbox)) return 'its sandbox is no id'
  if (route.host.length > 253 || !hostName.test(route.host)) return `${JSON.stringify(route.host)} is no host name`
  if (isIP(route.address) === 0) return `${JSON.stringify(route.address)} is no address`
  if (!Number.isInteger(route.port) || route.port < 1 || route.port > 65_535) return `${route.port} is no port`
  if (route.kind !== 'agent') return route.accounts === null ? null : 'it is public and has accounts'
  if (route.accounts === null || route.accounts.length === 0) return 'nobody has a password for it'
  if (!route.accounts.every(({ user }) => userName.test(user))) return "an account's user name cannot be used"
  return route.accounts.every(({ hash }) => bcrypt.test(hash)) ? null : "an account's hash is not bcrypt"
}
