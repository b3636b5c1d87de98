import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Agent, interceptors, request, type Dispatcher } from 'undici'
import { refused } from './release.js'

const REDIRECTS = 5
/** Of texts: a release's description, its checksums. */
const MAX_TEXT_BYTES = 1024 * 1024

export interface DownloadLimits {
  /** For a text, as a whole. */
  readonly textMs: number
  /** For a build, as a whole. */
  readonly buildMs: number
  readonly maxBuildBytes: number
}

/** GETs from the publisher, redirects followed. Throws InfraError with a sentence. */
export class Downloads {
  private readonly dispatcher: Dispatcher
  private readonly pool = new Agent()

  constructor(private readonly limits: DownloadLimits) {
    this.dispatcher = this.pool.compose(interceptors.redirect({ maxRedirections: REDIRECTS }))
  }

  async text(url: string, signal: AbortSignal): Promise<string> {
    return this.get(url, this.limits.textMs, signal, async (body) => {
      const chunks: Buffer[] = []
      let size = 0
      for await (const chunk of body as AsyncIterable<Buffer>) {
        size += chunk.length
        if (size > MAX_TEXT_BYTES) throw tooLarge(url, MAX_TEXT_BYTES)
        chunks.push(chunk)
      }
      return Buffer.concat(chunks).toString('utf8')
    })
  }

  /** Writes it to a new file, and answers its sha256. `tell`: percent, where the length is known. */
  async file(url: string, path: string, tell: (percent: number) => void, signal: AbortSignal): Promise<string> {
    const { buildMs, maxBuildBytes } = this.limits
    return this.get(url, buildMs, signal, async (body, length) => {
      const hash = createHash('sha256')
      let size = 0
      const watch = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          size += chunk.length
          if (size > maxBuildBytes) return done(tooLarge(url, maxBuildBytes))
          hash.update(chunk)
          if (length !== null && length > 0) tell(Math.floor((size * 100) / length))
          done(null, chunk)
        },
      })
      await pipeline(body, watch, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }))
      return hash.digest('hex')
    })
  }

  async close(): Promise<void> {
    await this.pool.destroy()
  }

  private async get<T>(
    url: string,
    limitMs: number,
    signal: AbortSignal,
    take: (body: Readable, length: number | null) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted()
    const limit = AbortSignal.timeout(limitMs)
    try {
      const response = await request(url, { dispatcher: this.dispatcher, signal: AbortSignal.any([signal, limit]) })
      if (response.statusCode === 200) {
        const length = response.headers['content-length']
        return await take(response.body, typeof length === 'string' ? Number(length) : null)
      }
      await response.body.dump()
      throw refused('later', `GET ${url}: status ${response.statusCode}`, {
        sentence: `the release server of Shelley answered with an error (${response.statusCode})`,
      })
    } catch (error) {
      signal.throwIfAborted()
      throw named(error, url, limit.aborted ? limitMs : null)
    }
  }
}

function named(error: unknown, url: string, limitMs: number | null): unknown {
  if (!(error instanceof Error) || error.name === 'InfraError') return error
  if (limitMs !== null) {
    const sentence = `the release server of Shelley did not answer within ${limitMs / 1000} s`
    return refused('later', `GET ${url}: not done in ${limitMs / 1000} s`, { sentence, cause: error })
  }
  const code = 'code' in error ? String(error.code) : ''
  if (/^(ENOSPC|EDQUOT|EACCES|EROFS|EIO)$/.test(code)) {
    return refused('later', `a download could not be written: ${code}`, { sentence: diskSentence(code), cause: error })
  }
  const isCut = /UND_ERR_SOCKET|MISMATCH|ECONNRESET|PREMATURE|ABORTED/i.test(`${code} ${error.message}`)
  const sentence = isCut ? 'the download of Shelley broke off' : 'the release server of Shelley cannot be reached'
  return refused('later', `GET ${url}: ${code} ${error.message}`, { sentence, cause: error })
}

function diskSentence(code: string): string {
  return `the host’s disk does not take the download of Shelley (${code})`
}

function tooLarge(url: string, bytes: number): Error {
  return refused('never', `GET ${url}: more than ${bytes} bytes`, {
    sentence: 'what the release server of Shelley sends is far too large',
  })
}
