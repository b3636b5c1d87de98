import { PlatformRefusal, RateLimited } from '../../../bot/chat.js'
import { InfraError } from '../../../core/errors.js'

const ANSWER_MS = 10_000
/** The address takes nothing more: used up, too old, or its channel is gone. */
const GONE = new Set([403, 404, 410])

/** Says something at the address that came with what somebody did. No error names the address: it is a key. */
export async function answerAt(url: string, body: object): Promise<'said' | 'gone'> {
  const response = await posted(url, body)
  if (response.ok) return 'said'
  if (GONE.has(response.status)) return 'gone'
  if (response.status === 429) {
    throw new RateLimited('destination', Number(response.headers.get('retry-after') ?? '1') * 1000)
  }
  const why = `an answer was refused with ${response.status}`
  if (response.status >= 500) throw new InfraError('chat', 'later', why)
  throw new PlatformRefusal(`${why}: ${(await response.text()).slice(0, 200)}`)
}

async function posted(url: string, body: object): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    })
  } catch {
    throw new InfraError('chat', 'later', 'an answer could not be delivered')
  }
}
