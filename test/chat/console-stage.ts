import { randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { request } from 'undici'
import { ConsolePlatform } from '../../src/adapters/chat/console/console-platform.js'
import type { ChatPlatform, Form } from '../../src/bot/chat.js'
import { plainText } from '../../src/bot/plain-text.js'
import { openDatabase } from '../../src/infra/sqlite/database.js'
import { SqliteConsoleMessages } from '../../src/infra/sqlite/console-messages.js'
import { freePort } from '../cli/free-port.js'
import type { ChatPerson, ChatStage, Seen, SeenForm } from './stage.js'

interface Shown {
  readonly id: string
  readonly direct: boolean
  readonly html: string
}

/** The chat page as its people use it: over HTTP, with the page's own requests and events. */
export class ConsoleStage implements ChatStage {
  readonly name = 'console'
  readonly showsAlone = true
  readonly lacks = ['closed direct messages', 'outages', 'removed messages'] as const
  readonly channelPlace = 'channel'
  readonly people = { ada: new PagePerson('ada'), grace: new PagePerson('grace'), eve: new PagePerson('eve') }
  private port = 0

  async start(): Promise<void> {
    this.port = await freePort()
  }

  async joined(link: string | null): Promise<void> {
    for (const person of Object.values(this.people)) await person.open(new URL(link ?? ''))
  }

  config = (): Readonly<Record<string, unknown>> => ({})

  platform(): ChatPlatform {
    return new ConsolePlatform({
      page: { host: '127.0.0.1', port: this.port, token: randomUUID() },
      identities: ['ada', 'grace', 'eve'].map((user) => ({ user, name: user })),
      mayChoose: true,
      socketPath: join(mkdtempSync(join(tmpdir(), 'sp-')), 'socket'),
      store: new SqliteConsoleMessages(openDatabase(':memory:')),
      banner: '',
      plainText,
      flush: () => Promise.resolve(),
      endpoints: {},
      log: () => undefined,
    })
  }

  deliverTwice(isOn: boolean): void {
    for (const person of Object.values(this.people)) person.twice = isOn
  }

  down = (): Promise<void> => Promise.reject(new Error('the console cannot be down'))

  remove(): void {
    throw new Error('nobody removes messages on the console')
  }

  async close(): Promise<void> {
    for (const person of Object.values(this.people)) person.leave()
  }
}

class PagePerson implements ChatPerson {
  readonly identity: string
  twice = false
  private link: URL | null = null
  private readonly shown = new Map<string, Shown>()
  private opened: Form | null = null
  private readonly leaving = new AbortController()

  constructor(private readonly user: string) {
    this.identity = `console::${user}`
  }

  async open(link: URL): Promise<void> {
    this.link = link
    const { body } = await this.get(`/events?identity=${this.user}`)
    void this.follow(body)
  }

  async says(words: string, where: 'channel' | 'direct' = 'channel'): Promise<void> {
    await this.post('/input', { text: `/sandbox ${words}`, direct: where === 'direct' })
  }

  async presses(message: Seen, label: string): Promise<void> {
    const { html = '', direct = false } = this.shown.get(message.id) ?? {}
    const buttons = [...html.matchAll(/data-token="([^"]+)">([^<]*)</g)]
    const token = buttons.find(([, , words]) => words === label)?.[1]
    if (token === undefined) throw new Error(`${message.id} has no button ${label}`)
    await this.post('/press', { token, direct })
  }

  async form(): Promise<SeenForm> {
    const form = await vi.waitFor(() => this.opened ?? never(`no form is open before ${this.user}`))
    return { text: `${form.title}\n${form.text}`, fields: form.fields.map((field) => field.name) }
  }

  async fills(answers: Readonly<Record<string, string>>): Promise<void> {
    const token = this.opened?.token ?? never('no form is open')
    this.opened = null
    await this.post('/form', { token, answers })
  }

  channel = (): readonly Seen[] => this.seen(false)
  direct = (): readonly Seen[] => this.seen(true)

  closeDirect(): void {
    throw new Error('direct messages of the console cannot be closed')
  }

  leave(): void {
    this.leaving.abort()
  }

  private seen(direct: boolean): readonly Seen[] {
    return [...this.shown.values()].filter((one) => one.direct === direct).map(asSeen)
  }

  private async post(path: string, body: Record<string, unknown>): Promise<void> {
    const { origin, headers } = this.door()
    const text = JSON.stringify({ ...body, identity: this.user, key: randomUUID() })
    const send = () =>
      request(origin + path, {
        method: 'POST',
        headers: { ...headers, origin, 'content-type': 'application/json' },
        body: text,
      })
    const answers = await Promise.all(this.twice ? [send(), send()] : [send()])
    for (const answer of answers) {
      const said = (await answer.body.json()) as { form?: Form; error?: string }
      if (said.error !== undefined) throw new Error(said.error)
      if (said.form !== undefined) this.opened = said.form
    }
  }

  private get(path: string) {
    const { origin, headers } = this.door()
    return request(origin + path, { headers, signal: this.leaving.signal })
  }

  private door(): { origin: string; headers: Record<string, string> } {
    const { origin, searchParams } = this.link ?? never('the page is not open')
    return { origin, headers: { cookie: `sandpiper=${searchParams.get('token') ?? ''}` } }
  }

  private async follow(events: AsyncIterable<Buffer>): Promise<void> {
    const decoder = new TextDecoder()
    let rest = ''
    try {
      for await (const chunk of events) {
        const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n\n')
        rest = parts.pop() ?? ''
        for (const part of parts) this.take(part)
      }
    } catch {
      // The page was left, or the service ended.
    }
  }

  private take(event: string): void {
    const data = /^data: (.*)$/m.exec(event)?.[1]
    if (data === undefined) return
    const given = JSON.parse(data) as Shown | readonly Shown[]
    for (const one of [given].flat()) this.shown.set(one.id, one)
  }
}

function asSeen({ id, html }: Shown): Seen {
  const buttons = [
    ...html.matchAll(
      /<(?:button[^>]*|a class="button link" href="(?<url>[^"]*)"[^>]*)>(?<label>[^<]*)<\/(?:button|a)>/g,
    ),
  ].map(({ groups }) => ({ label: words(groups?.['label'] ?? ''), url: groups?.['url'] ?? null }))
  const files = [...html.matchAll(/download="([^"]+)"|<img alt="([^"]*)"/g)].map(
    ([, file, alt]) => file ?? `${alt}.png`,
  )
  const text = html.replace(/<div class="buttons">[^]*?<\/div>/g, '').replace(/<\/(dt|dd|p|div|h3|li)>/g, ' $&\n')
  return {
    id,
    text: words(text.replace(/<[^>]*>/g, '')),
    buttons: buttons.filter(({ label }) => !files.includes(label)),
    files,
  }
}

function words(html: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
  return html.replace(/&([a-z0-9#]+);/g, (whole, name: string) => entities[name] ?? whole)
}

function never(why: string): never {
  throw new Error(why)
}
