import { request as httpRequest, type IncomingMessage } from 'node:http'
import { createInterface } from 'node:readline'
import { SayPrinter } from './say-print.js'
import type { SayLine } from './say-session.js'

export interface SayOptions {
  readonly socketPath: string
  readonly as: string | undefined
  readonly words: readonly string[]
  readonly yes: boolean
  readonly json: boolean
  /** Each is given one line without its end. */
  readonly out: (line: string) => void
  readonly err: (line: string) => void
}

export const NOT_RUNNING = 'Sandpiper is not running here. Start it with: npm start'

const CUT_OFF = 'Sandpiper went away before it had answered. What it accepted goes on when it is back.'

/** One command to the running daemon, its replies printed as they change; what it returns is the exit code. */
export async function say(options: SayOptions): Promise<0 | 1 | 2> {
  let end: Extract<SayLine, { end: string }> | null = null
  const printer = new SayPrinter(options.out)
  try {
    const { as, words, yes } = options
    const response = await postToSocket(options.socketPath, '/say', { as, words, yes })
    for await (const text of createInterface({ input: response, crlfDelay: Infinity })) {
      const line = JSON.parse(text) as SayLine
      if (options.json) options.out(text)
      if ('end' in line) end = line
      else if (!options.json) printer.print(line)
    }
  } catch (error) {
    options.err(nobodyListens(error) ? NOT_RUNNING : CUT_OFF)
    return 1
  }
  if (!end) {
    options.err(CUT_OFF)
    return 1
  }
  if (end.text !== undefined) options.err(end.text)
  if (end.end === 'done') return 0
  return end.end === 'usage' ? 2 : 1
}

/** One POST to a daemon's control socket; the answer's body is still to be read. */
export function postToSocket(socketPath: string, path: string, body: unknown): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', host: 'sandpiper' }
    const request = httpRequest({ socketPath, path, method: 'POST', headers }, resolve)
    request.once('error', reject)
    request.end(JSON.stringify(body))
  })
}

/** No socket, or one that a dead process left. */
export function nobodyListens(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ENOENT' || code === 'ECONNREFUSED'
}
