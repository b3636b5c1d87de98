import { text } from 'node:stream/consumers'
import { nobodyListens, postToSocket } from '../adapters/chat/console/say-client.js'

/** No daemon answers on the control socket. */
export class NotRunning extends Error {
  override readonly name = 'NotRunning'
}

/** One question to the running daemon. Throws NotRunning, or the daemon's own sentence. */
export async function ask<T>(socketPath: string, path: string, body: unknown = {}): Promise<T> {
  try {
    const response = await postToSocket(socketPath, path, body)
    const answer = JSON.parse(await text(response)) as T & { error?: string }
    if (response.statusCode !== 200) throw new Error(answer.error ?? `the daemon answered ${response.statusCode}`)
    return answer
  } catch (error) {
    throw nobodyListens(error) ? new NotRunning() : error
  }
}
