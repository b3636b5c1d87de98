import { compare } from 'bcryptjs'
import { createHash } from 'node:crypto'
import { headerOf, type Exchange } from './exchange.js'
import { HandlerError } from './refusal.js'
import type { Authentication } from './schema.js'

const cacheSize = 1000

/** Remembers what was right, since each comparison costs a bcrypt, which blocks this process. */
export class BasicAuth {
  private readonly right = new Set<string>()

  async demand({ providers }: Authentication, exchange: Exchange): Promise<void> {
    const { accounts, realm } = providers.http_basic
    const given = credentials(headerOf(exchange, 'authorization')[0])
    const account = accounts.find(({ username }) => username === given?.user)
    if (given !== null && account !== undefined && (await this.isRight(given.password, account.password))) {
      exchange.user = given.user
      return
    }
    exchange.response.setHeader('WWW-Authenticate', `Basic realm="${realm ?? 'restricted'}"`)
    throw new HandlerError(401, 'not authenticated')
  }

  private async isRight(password: string, hash: string): Promise<boolean> {
    const key = createHash('sha256').update(`${hash}\0${password}`).digest('base64')
    if (this.right.has(key)) return true
    if (!(await compare(password, hash))) return false
    if (this.right.size >= cacheSize) this.right.clear()
    this.right.add(key)
    return true
  }
}

function credentials(header: string | undefined): { user: string; password: string } | null {
  const encoded = /^Basic\s+(\S+)$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return null
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) }
}
