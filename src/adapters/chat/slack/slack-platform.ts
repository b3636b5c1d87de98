import type {
  Budget,
  ChatPlatform,
  CommandMenuEntry,
  Destination,
  MessageRef,
  PlaceId,
  PlatformHealth,
  Router,
} from '../../../bot/chat.js'
import type { PlatformMessage } from '../../../bot/message.js'
import { InfraError } from '../../../core/errors.js'
import type { Identity } from '../../../core/person.js'
import { budgetsOf } from './budgets.js'
import { Connection } from './connection.js'
import { Delivery } from './delivery.js'
import { Directs } from './directs.js'
import { Intake } from './intake.js'
import { listen } from './listeners.js'
import { Names } from './names.js'
import { Reception } from './reception.js'
import { ResponseAddresses } from './response-addresses.js'
import { PLATFORM } from './self.js'
import type { SlackOptions } from './slack-options.js'

/** Slack: one workspace, by sockets or by signed requests. */
export class SlackPlatform implements ChatPlatform {
  readonly name = PLATFORM
  private readonly directs = new Directs()
  private readonly answers: ResponseAddresses
  private readonly delivery: Delivery
  private connection: Connection | null = null

  constructor(private readonly options: SlackOptions) {
    const { clock, log } = options
    this.answers = new ResponseAddresses(clock)
    const { directs, answers, session } = this
    this.delivery = new Delivery({ session, directs, answers, log })
  }

  /** Resolves at once: connecting goes on in the background. The menu is the app's manifest. */
  async start(_menu: readonly CommandMenuEntry[], router: Router): Promise<void> {
    const { clock, log } = this.options
    const { directs, answers, delivery, session } = this
    const reception = new Reception({ router, delivery, session, log })
    const parts = {
      router,
      reception,
      intake: new Intake(router),
      answers,
      directs,
      names: new Names(),
      session,
      clock,
    }
    this.connection = new Connection(this.options, {
      listen: (app) => listen(app, parts),
      connected: () => router.connected(this.name),
    })
    this.connection.start()
  }

  async stop(): Promise<void> {
    await this.connection?.stop()
    this.connection = null
  }

  post(place: PlaceId, to: Identity | 'all', message: PlatformMessage, live: boolean): Promise<MessageRef | 'refused'> {
    return this.delivery.post(place, to, message, live)
  }

  edit(ref: MessageRef, message: PlatformMessage, live: boolean): Promise<MessageRef | 'gone'> {
    return this.delivery.edit(ref, message, live)
  }

  direct(identity: Identity, message: PlatformMessage): Promise<MessageRef | 'refused'> {
    return this.delivery.direct(identity, message)
  }

  budgets(destination: Destination, kind: 'post' | 'edit'): readonly Budget[] {
    return budgetsOf(destination, kind)
  }

  health(): PlatformHealth {
    if (this.connection !== null) return this.connection.health()
    return { state: 'down', reason: 'Slack is not started', fix: 'Start Sandpiper.' }
  }

  /** People find the bot in their workspace; into channels they invite it. */
  invitation(): string | null {
    return null
  }

  private readonly session = (): ReturnType<Connection['session']> => {
    if (this.connection === null) throw new InfraError('chat', 'later', 'Slack is not started')
    return this.connection.session()
  }
}
