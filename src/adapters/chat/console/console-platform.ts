import type {
  Budget,
  ChatPlatform,
  CommandMenuEntry,
  MessageRef,
  PlaceId,
  PlatformHealth,
  Router,
} from '../../../bot/chat.js'
import type { PlatformMessage } from '../../../bot/message.js'
import type { Log } from '../../../bot/ports.js'
import type { Identity } from '../../../core/person.js'
import type { ConsoleMessageStore } from './console-messages.js'
import { ControlServer, type ControlEndpoints } from './control-server.js'
import { Journal } from './journal.js'
import { PageServer, type PageAddress } from './page-server.js'
import { directPlace, People, type ConsoleIdentity } from './people.js'

export interface ConsoleOptions {
  /** Null where there is no page, as under `serve` unless configured. */
  readonly page: PageAddress | null
  readonly identities: readonly ConsoleIdentity[]
  /** Only the demo lets people choose who they are. */
  readonly mayChoose: boolean
  readonly socketPath: string
  readonly store: ConsoleMessageStore
  /** A standing line on the page, such as `Simulated host: nothing real is made.` */
  readonly banner: string
  readonly plainText: (message: PlatformMessage) => string
  /** Resolves when every message that is on its way has been delivered. */
  readonly flush: () => Promise<void>
  readonly endpoints: ControlEndpoints
  readonly log: Log
}

/** The chat platform that needs no account: a page on loopback, and a unix socket for `sandpiper say`. */
export class ConsolePlatform implements ChatPlatform {
  readonly name = 'console'
  private readonly journal: Journal
  private readonly people: People
  private page: PageServer | null = null
  private control: ControlServer | null = null

  constructor(private readonly options: ConsoleOptions) {
    this.journal = new Journal(options.store, undefined, options.log)
    this.people = new People(options.identities, options.mayChoose)
  }

  async start(menu: readonly CommandMenuEntry[], router: Router): Promise<void> {
    const { page, banner, plainText, flush, socketPath, endpoints, log } = this.options
    const { journal, people } = this
    journal.load()
    const control = new ControlServer(socketPath, { router, journal, people, plainText, flush }, endpoints, log)
    await control.start()
    this.control = control
    if (!page) return
    const server = new PageServer(page, { router, menu, journal, people, banner })
    try {
      await server.start()
      this.page = server
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.page?.stop(), this.control?.stop()])
    this.page = null
    this.control = null
  }

  async post(place: PlaceId, to: Identity | 'all', message: PlatformMessage): Promise<MessageRef> {
    return this.journal.post(place, to === 'all' ? null : to.user, message)
  }

  async edit(ref: MessageRef, message: PlatformMessage): Promise<MessageRef> {
    this.journal.edit(ref, message)
    return ref
  }

  async direct(identity: Identity, message: PlatformMessage): Promise<MessageRef | 'refused'> {
    if (identity.platform !== this.name || !this.people.knows(identity.user)) return 'refused'
    return this.journal.post(directPlace(identity.user), identity.user, message)
  }

  health(): PlatformHealth {
    if (this.control) return { state: 'up' }
    return { state: 'down', reason: 'the console is not started', fix: 'Start Sandpiper.' }
  }

  /** Nothing limits what is said on this host. */
  budgets(): readonly Budget[] {
    return []
  }

  invitation(): string | null {
    return this.pageLink()
  }

  /** The link for the terminal, with the token that lets a browser in; null where there is no page. */
  pageLink(): string | null {
    const { page } = this.options
    if (!this.page || !page) return null
    return `http://${page.host.includes(':') ? '[::1]' : page.host}:${this.page.port}/?token=${page.token}`
  }
}
