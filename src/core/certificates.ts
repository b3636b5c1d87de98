/** The certificate that a host name is served with, as a visitor sees it. */
export type SeenCertificate =
  | { readonly state: 'right'; readonly issuer: string; readonly since: Date; readonly until: Date }
  /** One is shown, and browsers refuse it: `why` completes "its certificate …". */
  | { readonly state: 'wrong'; readonly why: string }
  /** None is shown. */
  | { readonly state: 'none' }
  /** Nobody answers there. */
  | { readonly state: 'unknown'; readonly why: string }

/** A certificate that was obtained for a host name that had none: the kind that a public authority counts. */
export interface IssuedCertificate {
  readonly host: string
  /** The registered domain by which the authority counts: `example.co.uk`. */
  readonly domain: string
  readonly since: Date
  readonly until: Date
}

/** How much of the weekly limit of a registered domain is used. */
export interface CertificateBudget {
  readonly domain: string
  readonly used: number
  readonly limit: number
  /** When the next one is free; null where one is free now. */
  readonly nextAt: Date | null
}

const WEEK_MS = 7 * 24 * 3_600_000
/** From this share on, people are warned. */
const NEAR = 0.8
/** A sandbox's app and its agent. */
const EACH = 2

/** `limit` 0: the authority has none. */
export function budgetOf(
  domain: string,
  issued: readonly IssuedCertificate[],
  limit: number,
  now: Date,
): CertificateBudget {
  const week = issued
    .filter((one) => one.domain === domain && now.getTime() - one.since.getTime() < WEEK_MS)
    .map(({ since }) => since.getTime())
    .sort((a, b) => a - b)
  const isFree = limit === 0 || week.length < limit
  const next = week[week.length - limit]
  return {
    domain,
    used: week.length,
    limit,
    nextAt: isFree || next === undefined ? null : new Date(next + WEEK_MS),
  }
}

/** What a person who makes a sandbox should know about the limit; null while it is far. */
export function limitSentence({ domain, used, limit, nextAt }: CertificateBudget): string | null {
  if (limit === 0 || used + EACH <= NEAR * limit) return null
  const wayOut = 'An admin can lift that with a wildcard certificate and flat names.'
  if (nextAt === null) {
    return `${used} of this week's ${limit} certificates of \`${domain}\` are used, two by each new sandbox. ${wayOut}`
  }
  const day = nextAt.toISOString().slice(0, 16).replace('T', ' ')
  return `This week's ${limit} certificates of \`${domain}\` are used: a new sandbox has HTTPS from ${day} UTC on. ${wayOut}`
}
