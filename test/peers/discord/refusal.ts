/** One thing that is wrong with a body, where it is, in the platform's words. */
export interface Finding {
  readonly path: readonly (string | number)[]
  readonly code: string
  readonly message: string
}

/** What the API answers in place of a result. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
    readonly extra: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
  }

  get body(): Readonly<Record<string, unknown>> {
    return { message: this.message, code: this.code, ...this.extra }
  }
}

const codes = {
  0: [404, '404: Not Found'],
  10003: [404, 'Unknown Channel'],
  10004: [404, 'Unknown Guild'],
  10008: [404, 'Unknown Message'],
  10013: [404, 'Unknown User'],
  10015: [404, 'Unknown Webhook'],
  10062: [404, 'Unknown interaction'],
  20012: [403, 'You are not authorized to perform this action on this application'],
  30034: [400, 'Max number of daily application command creates has been reached (200)'],
  40003: [429, 'You are opening direct messages too fast'],
  40005: [413, 'Request entity too large'],
  40060: [400, 'Interaction has already been acknowledged.'],
  50001: [403, 'Missing Access'],
  50005: [403, 'Cannot edit a message authored by another user'],
  50006: [400, 'Cannot send an empty message'],
  50007: [403, 'Cannot send messages to this user'],
  50013: [403, 'Missing Permissions'],
  50027: [401, 'Invalid Webhook Token'],
  50033: [400, 'Invalid Recipient(s)'],
  50109: [400, 'The request body contains invalid JSON.'],
} as const satisfies Readonly<Record<number, readonly [status: number, message: string]>>

export function refused(code: keyof typeof codes): Refusal {
  const [status, message] = codes[code]
  return new Refusal(status, code, message)
}

export function unauthorized(): Refusal {
  return new Refusal(401, 0, '401: Unauthorized')
}

export function tooMany(milliseconds: number, scope: 'user' | 'global', headers: Record<string, string>): Refusal {
  const seconds = Math.max(0.001, milliseconds / 1000)
  return new Refusal(
    429,
    0,
    'You are being rate limited.',
    { retry_after: seconds, global: scope === 'global' },
    {
      ...headers,
      'retry-after': String(seconds),
      'x-ratelimit-scope': scope,
      ...(scope === 'global' && { 'x-ratelimit-global': 'true' }),
    },
  )
}

/** 50035, with each finding at its place in `errors`. */
export function invalidForm(findings: readonly Finding[]): Refusal {
  const errors: Record<string, unknown> = {}
  for (const { path, code, message } of findings) {
    let at = errors
    for (const key of path) at = (at[key] ??= {}) as Record<string, unknown>
    const list = (at['_errors'] ??= []) as unknown[]
    list.push({ code, message })
  }
  return new Refusal(400, 50035, 'Invalid Form Body', { errors })
}
