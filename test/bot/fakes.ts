import type { Identity } from '../../src/core/person.js'
import type { Budget, ChatPlatform, MessageRef } from '../../src/bot/chat.js'
import type { PlatformMessage } from '../../src/bot/message.js'
import { plainText } from '../../src/bot/plain-text.js'

export const ada: Identity = { platform: 'console', workspace: '', user: 'ada' }

/** The platform as a list of what can be read where. It can be taken down, and can refuse direct messages. */
export class FakePlatform implements ChatPlatform {
  readonly texts = new Map<MessageRef, string>()
  readonly messages = new Map<MessageRef, PlatformMessage>()
  down = false
  closed = false
  /** What the next deliveries fail with, one each. */
  readonly failures: Error[] = []
  /** Messages that people removed. */
  readonly removed = new Set<MessageRef>()
  limits: readonly Budget[] = []
  deliveries = 0
  constructor(readonly name: string) {}
  start = (): Promise<void> => Promise.resolve()
  stop = (): Promise<void> => Promise.resolve()
  health = (): { state: 'up' } => ({ state: 'up' })
  invitation = (): null => null
  budgets = (): readonly Budget[] => this.limits
  post(place: string, to: Identity | 'all', message: PlatformMessage): Promise<MessageRef | 'refused'> {
    if (this.closed && to !== 'all') return Promise.resolve('refused')
    return this.put(`${place}/${to === 'all' ? 'all' : to.user}/${this.texts.size}`, message)
  }
  edit(ref: MessageRef, message: PlatformMessage): Promise<MessageRef | 'gone'> {
    return this.removed.has(ref) ? Promise.resolve('gone') : this.put(ref, message)
  }
  direct(identity: Identity, message: PlatformMessage): Promise<MessageRef | 'refused'> {
    if (this.closed) return Promise.resolve('refused')
    return this.put(`direct/${identity.user}/${this.texts.size}`, message)
  }
  private put(ref: MessageRef, message: PlatformMessage): Promise<MessageRef> {
    const failure = this.failures.shift()
    if (failure !== undefined) return Promise.reject(failure)
    if (this.down) return Promise.reject(new Error('the platform is down'))
    this.deliveries += 1
    this.texts.set(ref, plainText(message))
    this.messages.set(ref, message)
    return Promise.resolve(ref)
  }
}
