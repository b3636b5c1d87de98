/** What the Web API answers in place of `ok: true`; `more` are further keys of the answer. */
export class Refused extends Error {
  constructor(
    readonly code: string,
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(code)
  }
}

export function withMessages(code: string, messages: readonly string[]): Refused {
  return new Refused(code, { response_metadata: { messages } })
}
