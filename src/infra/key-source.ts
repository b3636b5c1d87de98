import { request } from 'undici'
import { InfraError, UserError } from '../core/errors.js'
import type { KeySource } from '../core/ports.js'

/** More than anybody has keys. */
const MOST_BYTES = 256 * 1024
const NAME = /^[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}$/i

export interface KeySourceSettings {
  /** With `{name}` in it. */
  readonly url: string
  readonly timeLimitMs: number
}

/** The public keys that somebody has published under a user name, one a line. */
export class HttpKeySource implements KeySource {
  constructor(private readonly settings: KeySourceSettings) {}

  async keysOf(name: string): Promise<readonly string[]> {
    if (!NAME.test(name)) {
      throw new UserError('invalid', 'A GitHub user name has 1 to 39 letters, digits and single hyphens.')
    }
    const text = await this.read(name)
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#'))
  }

  private async read(name: string): Promise<string> {
    const { url, timeLimitMs } = this.settings
    try {
      const { statusCode, body } = await request(url.replace('{name}', name), {
        signal: AbortSignal.timeout(timeLimitMs),
      })
      if (statusCode === 200) return await limited(body)
      await body.dump()
      if (statusCode === 404) throw new UserError('not-found', `There is no GitHub user \`${name}\`.`)
      throw trouble(`answered ${statusCode}`)
    } catch (error) {
      throw error instanceof UserError || error instanceof InfraError ? error : trouble('does not answer', error)
    }
  }
}

async function limited(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > MOST_BYTES) throw trouble('sent more than keys')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function trouble(what: string, cause?: unknown): InfraError {
  return new InfraError('keys', 'later', `keys: the server ${what}`, {
    sentence: `the server of the keys ${what}`,
    cause,
  })
}
