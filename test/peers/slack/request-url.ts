import { createHmac } from 'node:crypto'
import type { Kind, Reports, Retry, Transport } from './deliveries.js'

export const SIGNING_SECRET = 'peer-signing-secret-0123456789ab'

/** Deliveries as signed POSTs to the app's own address. */
export class RequestUrl implements Transport {
  /** Null until the app has told its address. */
  url: string | null = null

  deliver(kind: Kind, payload: object, retry: Retry | null, reports: Reports): boolean {
    if (this.url === null) return false
    const { body, type } = encoded(kind, payload)
    const headers = { 'content-type': type, ...signature(body), ...retryHeaders(retry) }
    void this.post(this.url, { body, headers }, reports)
    return true
  }

  private async post(
    url: string,
    request: { readonly body: string; readonly headers: Readonly<Record<string, string>> },
    reports: Reports,
  ): Promise<void> {
    try {
      const response = await fetch(url, {
        method: 'POST',
        ...request,
        redirect: 'manual',
        signal: AbortSignal.timeout(3000),
      })
      const text = await response.text()
      if (response.ok) reports.acknowledged(answerOf(text))
      else reports.failed('http_error', response.headers.get('x-slack-no-retry') !== '1')
    } catch (error) {
      const isLate = error instanceof Error && error.name === 'TimeoutError'
      reports.failed(isLate ? 'http_timeout' : 'connection_failed')
    }
  }
}

function encoded(kind: Kind, payload: object): { readonly body: string; readonly type: string } {
  const form = 'application/x-www-form-urlencoded'
  if (kind === 'events_api') return { body: JSON.stringify(payload), type: 'application/json' }
  if (kind === 'interactive') {
    return { body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), type: form }
  }
  return { body: new URLSearchParams(payload as Record<string, string>).toString(), type: form }
}

/** Signed with the moment of sending, whatever is sent: a retry is signed anew. */
export function signature(body: string, secret = SIGNING_SECRET, at = Date.now()): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at / 1000))
  const mac = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${mac}` }
}

function retryHeaders(retry: Retry | null): Readonly<Record<string, string>> {
  if (retry === null) return {}
  return { 'x-slack-retry-num': String(retry.num), 'x-slack-retry-reason': retry.reason }
}

function answerOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text === '' ? undefined : { text }
  }
}
