import { readFileSync } from 'node:fs'
import { vi } from 'vitest'
import { writePlace } from '../../src/adapters/chat/slack/place.js'
import { SlackPlatform } from '../../src/adapters/chat/slack/slack-platform.js'
import type { ChatPlatform } from '../../src/bot/chat.js'
import { freePort } from '../cli/free-port.js'
import { readManifest } from '../peers/slack/manifest.js'
import type { Person, Seen as SlackSeen } from '../peers/slack/person.js'
import { SIGNING_SECRET } from '../peers/slack/request-url.js'
import { SlackPeer } from '../peers/slack/slack-peer.js'
import { words } from '../peers/slack/shown.js'
import { APP_TOKEN, BOT_TOKEN } from '../peers/slack/web-api.js'
import { BOT_USER, TEAM, type Channel } from '../peers/slack/workspace.js'
import type { ChatPerson, ChatStage, Seen, SeenForm } from './stage.js'

const patient = { timeout: 10_000, interval: 20 }

/** Slack as its people use it, by the app's own manifest: through sockets or by signed requests. */
export class SlackStage implements ChatStage {
  readonly name: string
  readonly showsAlone = true
  readonly lacks = []
  readonly peer = new SlackPeer(readManifest(readFileSync('docs/slack/manifest.yaml', 'utf8')))
  readonly people = { ada: this.person('ada'), grace: this.person('grace'), eve: this.person('eve') }
  readonly general: Channel
  readonly channelPlace: string
  private port = 0

  constructor(private readonly mode: 'socket' | 'http') {
    this.name = `Slack by ${mode}`
    const { ada, grace, eve } = this.people
    const { workspace } = this.peer
    this.general = workspace.addChannel(
      'general',
      [ada, grace, eve].map(({ hands }) => hands.user),
    )
    this.general.members.add(BOT_USER)
    for (const person of Object.values(this.people)) person.room = this.general
    this.channelPlace = writePlace({ channel: this.general.id, thread: null, event: '' })
  }

  async start(): Promise<void> {
    await this.peer.up()
    this.port = await freePort()
    process.env['SLACK_PEER_BOT_TOKEN'] = BOT_TOKEN
    process.env['SLACK_PEER_APP_TOKEN'] = APP_TOKEN
    process.env['SLACK_PEER_SIGNING_SECRET'] = SIGNING_SECRET
  }

  async joined(): Promise<void> {
    if (this.mode === 'socket') {
      await vi.waitFor(() => expectThat(this.peer.sockets.connected > 0), patient)
      return
    }
    const url = `http://127.0.0.1:${this.port}/slack/events`
    await vi.waitFor(() => fetch(url, { method: 'POST' }), patient)
    this.peer.requestUrl.url = url
  }

  config(): Readonly<Record<string, unknown>> {
    return {
      slack: {
        enabled: true,
        mode: this.mode,
        bot_token_file: 'env:SLACK_PEER_BOT_TOKEN',
        app_token_file: 'env:SLACK_PEER_APP_TOKEN',
        signing_secret_file: 'env:SLACK_PEER_SIGNING_SECRET',
        listen: `127.0.0.1:${this.port}`,
        api_url: this.peer.apiUrl,
      },
    }
  }

  platform(): ChatPlatform {
    return new SlackPlatform({
      botToken: BOT_TOKEN,
      receive:
        this.mode === 'socket'
          ? { way: 'socket', appToken: APP_TOKEN }
          : { way: 'requests', signingSecret: SIGNING_SECRET, host: '127.0.0.1', port: this.port },
      apiUrl: this.peer.apiUrl,
      clock: { now: () => new Date() },
      log: () => undefined,
    })
  }

  deliverTwice(isOn: boolean): void {
    this.peer.deliveries.areDoubled = isOn
  }

  down(isDown: boolean): Promise<void> {
    return isDown ? this.peer.down() : this.peer.up()
  }

  remove(message: Seen): void {
    const posted = this.peer.workspace.posted.find(({ ts }) => ts === message.id)
    if (posted !== undefined) posted.isDeleted = true
  }

  close(): Promise<void> {
    return this.peer.close()
  }

  private person(name: string): SlackPerson {
    return new SlackPerson(this.peer.person(name))
  }
}

class SlackPerson implements ChatPerson {
  readonly identity: string
  room: Channel | null = null

  constructor(readonly hands: Person) {
    this.identity = `slack:${TEAM}:${hands.user.id}`
  }

  async says(text: string, where: 'channel' | 'direct' = 'channel'): Promise<void> {
    if (where === 'direct') await this.hands.say(text)
    else await this.hands.command(`/sandbox ${text}`, this.room ?? this.hands.direct)
  }

  async presses(message: Seen, label: string): Promise<void> {
    const seen = this.all().find(({ ts }) => ts === message.id)
    if (seen === undefined) throw new Error('they do not see that message')
    await this.hands.press(seen, label)
  }

  async form(): Promise<SeenForm> {
    const form = await vi.waitFor(() => this.hands.form ?? never('no form is open'), patient)
    return { text: `${form.title.text}\n${words(form.blocks as never)}`, fields: [...this.labels().keys()] }
  }

  async fills(answers: Readonly<Record<string, string>>): Promise<void> {
    await this.form()
    const labels = this.labels()
    const byLabel = Object.entries(answers).map(([name, answer]) => [labels.get(name) ?? name, answer])
    await this.hands.sendForm(Object.fromEntries(byLabel) as Record<string, string>)
    const { formErrors } = this.hands
    if (Object.keys(formErrors).length > 0) throw new Error(JSON.stringify(formErrors))
  }

  readonly channel = (): readonly Seen[] => (this.room === null ? [] : this.hands.sees(this.room).map(asSeen))
  readonly direct = (): readonly Seen[] => this.hands.sees().map(asSeen)

  closeDirect(isClosed: boolean): void {
    this.hands.user.isDisabled = isClosed
  }

  private all(): readonly SlackSeen[] {
    return [...(this.room === null ? [] : this.hands.sees(this.room)), ...this.hands.sees()]
  }

  /** The labels of the open form, by the names of the fields. */
  private labels(): ReadonlyMap<string, string> {
    const inputs = (this.hands.form?.blocks ?? []).filter((block) => 'label' in block && 'block_id' in block)
    return new Map(
      inputs.map((block) => {
        const { block_id: id = '', label } = block as { block_id?: string; label: { text: string } }
        return [id.slice(id.indexOf(':') + 1), label.text]
      }),
    )
  }
}

function asSeen({ ts, text, buttons, files }: SlackSeen): Seen {
  return { id: ts, text, buttons, files: files.map(({ name }) => name) }
}

function expectThat(holds: boolean): void {
  if (!holds) throw new Error('not yet')
}

function never(why: string): never {
  throw new Error(why)
}
