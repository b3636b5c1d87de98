import type { Edit } from '../edits.js'
import { UserError } from '../errors.js'
import { configured, resources, scopeText, type Quota, type QuotaScope, type Resource } from '../quota.js'
import { resourceWords } from '../quota-words.js'
import { shown } from '../shown.js'
import type { Context } from './operation-context.js'

/** In place of what was set; what config.toml says of the same wins, so that this would change nothing. */
export function setQuota(context: Context, quota: Quota): readonly Edit[] {
  demandNotConfigured(context, quota.of, quota.resource)
  return [{ edit: 'quota.put', quota }]
}

/** Back to what holds where nothing was set by command. */
export function resetQuota(context: Context, of: QuotaScope, resource: Resource): readonly Edit[] {
  demandNotConfigured(context, of, resource)
  return [{ edit: 'quota.remove', of, resource }]
}

export function parseResource(text: string): Resource {
  const found = resources.find((one) => one === text.trim().toLowerCase())
  if (found !== undefined) return found
  const known = resources.map((one) => `\`${one}\``).join(', ')
  throw new UserError('invalid', `\`${shown(text)}\` is nothing that is counted. What is: ${known}.`)
}

/** `5`, `0.5` (CPUs), `8GiB` (memory, disk); null for `none`. Throws UserError. */
export function parseAmount(resource: Resource, text: string): number | null {
  const words = text.trim().toLowerCase()
  if (words === 'none') return null
  const isSize = resource === 'memory' || resource === 'disk'
  const size = /^(\d{1,9}(?:\.\d{1,3})?)\s?([mgt])i?b?$/.exec(words)
  if (isSize && size !== null) return Math.round(Number(size[1]) * 1024 ** ('kmgt'.indexOf(size[2] ?? '') + 1))
  const isNumber = resource === 'cpus' ? /^\d{1,6}(\.\d{1,2})?$/.test(words) : /^\d{1,6}$/.test(words)
  if (!isSize && isNumber) return Number(words)
  const example = isSize ? '`16GiB`' : '`5`'
  throw new UserError(
    'invalid',
    `\`${shown(text)}\` is no amount of ${resourceWords[resource].many}. One looks like ${example}; \`none\` is no limit, \`default\` is what holds without it.`,
  )
}

function demandNotConfigured({ settings }: Context, of: QuotaScope, resource: Resource): void {
  const amount = configured(settings, of, resource)
  if (amount === undefined) return
  throw new UserError(
    'not-allowed',
    `config.toml sets \`${resource}\` of \`${scopeText(of)}\`, and it wins. It can be changed there alone.`,
  )
}
