import type { Identity } from '../../src/core/person.js'
import type { ChatPlatform, MessageRef } from '../../src/bot/chat.js'
import type { CommandCall, PlatformMessage } from '../../src/bot/message.js'
import { plainText } from '../../src/bot/plain-text.js'
import type { Actions, OutboxRow, OutboxStore } from '../../src/bot/ports.js'

export const ada: Identity = { platform: 'console', workspace: '', user: 'ada' }

/** The platform as a list of what can be read where. It can be taken down, and can refuse direct messages. */
export class FakePlatform implements ChatPlatform {
  readonly texts = new Map<MessageRef, string>()
  readonly messages = new Map<MessageRef, PlatformMessage>()
  down = false
  closed = false
  deliveries = 0
  constructor(readonly name: string) {}
  start = (): Promise<void> => Promise.resolve()
  stop = (): Promise<void> => Promise.resolve()
  health = (): { state: 'up' } => ({ state: 'up' })
  post(place: string, to: Identity | 'all', message: PlatformMessage): Promise<MessageRef> {
    return this.put(`${place}/${to === 'all' ? 'all' : to.user}/${this.texts.size}`, message)
  }
  async edit(ref: MessageRef, message: PlatformMessage): Promise<void> {
    await this.put(ref, message)
  }
  direct(identity: Identity, message: PlatformMessage): Promise<MessageRef | 'refused'> {
    if (this.closed) return Promise.resolve('refused')
    return this.put(`direct/${identity.user}/${this.texts.size}`, message)
  }
  private put(ref: MessageRef, message: PlatformMessage): Promise<MessageRef> {
    if (this.down) return Promise.reject(new Error('the platform is down'))
    this.deliveries += 1
    this.texts.set(ref, plainText(message))
    this.messages.set(ref, message)
    return Promise.resolve(ref)
  }
}

export class MemoryOutbox implements OutboxStore {
  private readonly rows = new Map<string, OutboxRow & { sent: number; at: number }>()
  want(slot: string, target: string, body: string): void {
    const former = this.rows.get(slot)
    if (former?.body === body) return
    const version = (former?.version ?? 0) + 1
    this.rows.set(slot, { slot, target, body, version, ref: former?.ref ?? null, sent: former?.sent ?? 0, at: 0 })
  }
  due = (now: Date): readonly OutboxRow[] =>
    [...this.rows.values()].filter((row) => row.sent < row.version && row.at <= now.getTime())
  delivered(slot: string, version: number, ref: string): void {
    this.change(slot, { sent: version, ref })
  }
  postponed(slot: string, until: Date): void {
    this.change(slot, { at: until.getTime() })
  }
  get = (slot: string): OutboxRow | undefined => this.rows.get(slot)
  private change(slot: string, to: { sent?: number; ref?: string; at?: number }): void {
    const row = this.rows.get(slot)
    if (row !== undefined) this.rows.set(slot, { ...row, ...to })
  }
}

export class MemoryActions implements Actions {
  private readonly rows: { call: CommandCall; boundTo: string | null; expiresAt: Date }[] = []
  remember(call: CommandCall, boundTo: string | null, expiresAt: Date): string {
    return `a${this.rows.push({ call, boundTo, expiresAt }) - 1}`
  }
  find(id: string): { call: CommandCall; boundTo: string | null; expiresAt: Date } | undefined {
    return this.rows[Number(id.slice(1))]
  }
}
