import type { Button, KnownBlock, ModalView } from '@slack/types'
import type { Deliveries } from './deliveries.js'
import { isTold, type AppSettings } from './manifest.js'
import {
  commandPayload,
  eventPayload,
  mentionEvent,
  messageEvent,
  pressPayload,
  submitPayload,
  type PeerEvent,
  type Pressed,
} from './payloads.js'
import type { ResponseUrls, Source } from './response-urls.js'
import { buttonsOf, shown, words } from './shown.js'
import type { Triggers } from './triggers.js'
import { submitted, type Answers } from './view-state.js'
import { replaceView } from './view-methods.js'
import { BOT_USER, type Channel, type OpenView, type Posted, type User, type Workspace } from './workspace.js'

/** What everybody's hands work with. */
export interface Scene {
  readonly workspace: Workspace
  readonly deliveries: Deliveries
  readonly triggers: Triggers
  readonly responses: ResponseUrls
  readonly settings: AppSettings
  readonly origin: () => string
  readonly newEventId: () => string
}

/** A message as someone sees it. */
export interface Seen {
  readonly ts: string
  readonly channel: string
  readonly threadTs: string | null
  readonly byBot: boolean
  /** Blocks where there are some, else the text; buttons apart. */
  readonly text: string
  readonly buttons: readonly { readonly label: string; readonly url: string | null }[]
  readonly onlyMe: boolean
  readonly edits: number
  /** Whom it notified. */
  readonly pings: readonly string[]
  readonly unfurls: boolean
  readonly files: readonly { readonly name: string; readonly bytes: Buffer }[]
}

/** The hands and eyes of one person in the workspace. */
export class Person {
  /** What Slack itself told them: a command that nobody took, a form that could not be sent. */
  readonly trouble: string[] = []

  constructor(
    readonly user: User,
    private readonly scene: Scene,
  ) {}

  /** Types `/sandbox list` in a channel, or in the direct message with the bot. Not possible in threads. */
  async command(line: string, channel: Channel = this.direct): Promise<void> {
    const [command = '', ...rest] = line.split(' ')
    const { commands, scopes } = this.scene.settings
    if (!commands.includes(command) || !scopes.includes('commands')) {
      this.trouble.push(`${command} is not a valid command.`)
      return
    }
    const payload = commandPayload(
      this.user,
      channel,
      { command, text: rest.join(' ').trim() },
      this.urls(this.at(channel)),
    )
    await this.send(
      'slash_commands',
      line,
      payload,
      (reason) => `${command} failed with the error "${failure(reason)}"`,
    )
  }

  /** Says something to the bot in the direct message. */
  async say(text: string, threadTs: string | null = null): Promise<void> {
    const said = this.write(text, this.direct, threadTs)
    if (this.scene.settings.takesMessages) await this.event('message.im', messageEvent(this.user, said))
    else this.trouble.push('Sending messages to this app has been turned off.')
  }

  /** Says something to the bot in a channel that it is in. */
  async mention(text: string, channel: Channel, threadTs: string | null = null): Promise<void> {
    const said = this.write(text, channel, threadTs, `<@${BOT_USER}> `)
    if (channel.members.has(BOT_USER)) await this.event('app_mention', mentionEvent(this.user, said))
  }

  /** Presses a button of a message that they see; with a confirmation, they confirm. `forged`: in place of its value. */
  async press(seen: Pick<Seen, 'ts' | 'channel'>, label: string, forged?: string): Promise<void> {
    const message = this.visible(seen.channel).find((one) => one.ts === seen.ts)
    const channel = this.scene.workspace.channels.get(seen.channel)
    if (message === undefined || channel === undefined) throw new Error(`${this.user.name} does not see that message`)
    const found = this.button(message.blocks, label)
    const button = forged === undefined ? found : { ...found, value: forged }
    const source = { user: this.user.id, channel: channel.id, threadTs: message.threadTs, message }
    const urls = this.urls(source)
    await this.send(
      'interactive',
      `press ${label}`,
      pressPayload(this.user, { message, channel }, pressed(this.scene.workspace.clock.timestamp(), button), urls),
    )
  }

  /** Presses a button of the home tab. */
  async pressHome(label: string): Promise<void> {
    const home = this.scene.workspace.homes.get(this.user.id)
    const button = this.button((home?.blocks ?? []) as readonly KnownBlock[], label)
    const urls = { response: '', trigger: this.scene.triggers.issue(this.user.id) }
    await this.send(
      'interactive',
      `press ${label}`,
      pressPayload(this.user, 'home', pressed(this.scene.workspace.clock.timestamp(), button), urls),
    )
  }

  /** The form that is open, the newest on top; null where none is. */
  get form(): ModalView | null {
    return this.open?.view ?? null
  }

  /** What Slack shows in the form that was sent: by block id. */
  get formErrors(): Readonly<Record<string, string>> {
    return this.open?.errors ?? {}
  }

  /** Fills in by label, and sends. What is left out keeps its first value. */
  async sendForm(answers: Answers): Promise<void> {
    const { open } = this
    if (open === null) throw new Error(`${this.user.name} has no form open`)
    const { values, missing } = submitted(open.view, answers)
    open.errors = missing
    if (Object.keys(missing).length > 0) return
    const trigger = this.scene.triggers.issue(this.user.id)
    await this.scene.deliveries.send('interactive', 'form', submitPayload(this.user, open, values, trigger), {
      acknowledged: (answer) => this.formAnswered(open, answer),
      lost: () => (open.errors = { '': 'We had some trouble connecting. Try again?' }),
    })
  }

  closeForm(): void {
    if (this.open !== null) this.remove(this.open)
  }

  /** Opens the app's home tab. */
  async openHome(): Promise<void> {
    if (!this.scene.settings.hasHome) throw new Error('the app has no home tab')
    const at = this.scene.workspace.clock.timestamp()
    const event = { user: this.user.id, channel: this.direct.id, event_ts: at } as const
    await this.event('app_home_opened', { type: 'app_home_opened', tab: 'home', ...event })
  }

  /** What stands in the home tab; null where nothing was ever published. */
  get home(): string | null {
    const view = this.scene.workspace.homes.get(this.user.id)
    return view === undefined ? null : shown(view.blocks as readonly KnownBlock[])
  }

  /** What they see in a channel that they are in, or in the direct message: for all, and for them alone. */
  sees(channel: Channel = this.direct): readonly Seen[] {
    return this.visible(channel.id).map((message) => ({
      ts: message.ts,
      channel: message.channel,
      threadTs: message.threadTs,
      byBot: message.author === BOT_USER,
      text: message.blocks.length > 0 ? words(message.blocks) : message.text,
      buttons: buttonsOf(message.blocks).map(({ text, url = null }) => ({ label: text.text, url })),
      onlyMe: message.only !== null,
      edits: message.edits,
      pings: message.pings,
      unfurls: message.unfurls,
      files: message.files,
    }))
  }

  /** What is for them alone is gone when the page is loaded again. */
  reload(): void {
    const mine = this.scene.workspace.posted.filter(({ only }) => only === this.user.id)
    for (const message of mine) message.isDeleted = true
  }

  get direct(): Channel {
    return this.scene.workspace.direct(this.user.id)
  }

  private get open(): OpenView | null {
    return this.scene.workspace.views.findLast(({ user }) => user === this.user.id) ?? null
  }

  private visible(channel: string): readonly Posted[] {
    const { channels, posted } = this.scene.workspace
    if (channels.get(channel)?.members.has(this.user.id) !== true) return []
    const mayRead = ({ only }: Posted): boolean => only === null || only === this.user.id
    return posted.filter((one) => one.channel === channel && !one.isDeleted && mayRead(one))
  }

  private button(blocks: readonly KnownBlock[], label: string): Button & { readonly block: string } {
    const found = buttonsOf(blocks).find(({ text }) => text.text === label)
    if (found === undefined) throw new Error(`no button [${label}] in: ${shown(blocks)}`)
    return found
  }

  /** As Slack stores what people type: three characters escaped, addresses as links. */
  private write(text: string, channel: Channel, threadTs: string | null, before = ''): Posted {
    const { workspace } = this.scene
    const stored = before + asStored(text)
    const more = { threadTs, only: null, blocks: [], pings: [], unfurls: true }
    return workspace.post({ ...more, text: stored, channel: channel.id, author: this.user.id })
  }

  private async event(name: string, event: PeerEvent): Promise<void> {
    const { settings, workspace, deliveries, newEventId } = this.scene
    if (!isTold(settings, name)) return
    const payload = eventPayload(newEventId(), workspace.clock.now(), this.user.enterprise, event)
    await deliveries.send('events_api', 'text' in event ? (event.text ?? name) : name, payload)
  }

  private async send(
    kind: 'slash_commands' | 'interactive',
    label: string,
    payload: object,
    lost: (reason: string) => string = (reason) => `The button did not work: ${failure(reason)}`,
  ): Promise<void> {
    const told = (reason: string): void => void this.trouble.push(lost(reason))
    await this.scene.deliveries.send(kind, label, payload, { lost: told })
  }

  private formAnswered(open: OpenView, answer: unknown): void {
    const {
      response_action: action,
      errors,
      view,
    } = (answer ?? {}) as {
      readonly response_action?: string
      readonly errors?: Readonly<Record<string, string>>
      readonly view?: unknown
    }
    if (action === 'errors') open.errors = errors ?? {}
    else if (action === 'update') replaceView(this.scene.workspace, open, view)
    else this.remove(open)
  }

  private remove(open: OpenView): void {
    const { views } = this.scene.workspace
    views.splice(views.indexOf(open), 1)
  }

  private at(channel: Channel): Source {
    return { user: this.user.id, channel: channel.id, threadTs: null, message: null }
  }

  private urls(source: Source): { readonly response: string; readonly trigger: string } {
    const { origin, responses, triggers } = this.scene
    return { response: `${origin()}${responses.issue(source)}`, trigger: triggers.issue(this.user.id) }
  }
}

function pressed(at: string, button: Button & { readonly block: string }): Pressed {
  return {
    action_id: button.action_id ?? '',
    block_id: button.block,
    text: button.text,
    action_ts: at,
    ...(button.value === undefined ? {} : { value: button.value }),
    ...(button.url === undefined ? {} : { url: button.url }),
  }
}

function failure(reason: string): string {
  return reason === 'http_timeout' ? 'operation_timeout' : 'dispatch_failed'
}

function asStored(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/(?<![\w@./-])[\w.-]+@[\w-]+\.[a-z]{2,}\b/g, (mail) => `<mailto:${mail}|${mail}>`)
    .replaceAll(/(?<![\w@./:|-])(?:[\w-]+\.)+(?:com|org|net|dev)\b/g, (host) => `<http://${host}|${host}>`)
    .replaceAll(/(?<![<|])https?:\/\/[^\s|>]+/g, (url) => `<${url}>`)
}
