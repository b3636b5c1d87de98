import type { ResponseParameters } from '@grammyjs/types'

/** What the Bot API answers in place of a result; the texts are those of its open-source server. */
export class Refusal extends Error {
  constructor(
    readonly code: number,
    readonly description: string,
    readonly parameters: ResponseParameters = {},
  ) {
    super(description)
  }
}

export function badRequest(what: string, parameters: ResponseParameters = {}): Refusal {
  return new Refusal(400, `Bad Request: ${what}`, parameters)
}

export function forbidden(what: string): Refusal {
  return new Refusal(403, `Forbidden: ${what}`)
}

export function conflict(what: string): Refusal {
  return new Refusal(409, `Conflict: ${what}`)
}

export function tooManyRequests(seconds: number): Refusal {
  return new Refusal(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds })
}
