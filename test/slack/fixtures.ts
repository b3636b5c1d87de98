import { readFileSync } from 'node:fs'
import { vi } from 'vitest'
import { SlackPlatform } from '../../src/adapters/chat/slack/slack-platform.js'
import type { Way } from '../../src/adapters/chat/slack/slack-options.js'
import type { Asker, ChatInput, ChatRequest, Parsed, Router } from '../../src/bot/chat.js'
import type { ActionToken, PlatformMessage } from '../../src/bot/message.js'
import type { Identity } from '../../src/core/person.js'
import { readManifest, type AppSettings } from '../peers/slack/manifest.js'
import type { Person } from '../peers/slack/person.js'
import { SlackPeer } from '../peers/slack/slack-peer.js'
import { APP_TOKEN, BOT_TOKEN } from '../peers/slack/web-api.js'
import { BOT_USER, type Channel } from '../peers/slack/workspace.js'

export const patient = { timeout: 5000, interval: 10 }
export const eventually = (check: () => unknown): Promise<unknown> => vi.waitFor(check, patient)

export const manifest: AppSettings = readManifest(readFileSync('docs/slack/manifest.yaml', 'utf8'))

/** A router that keeps what it is asked, and answers what the test wants. */
export class TestRouter implements Router {
  readonly asked: { readonly asker: Asker; readonly input: ChatInput }[] = []
  readonly accepted: ChatRequest[] = []
  readonly reached: Identity[] = []
  connections = 0
  answer: (input: ChatInput) => Parsed = () => ({
    kind: 'run',
    audience: 'caller',
    call: { command: 'list', args: {} },
  })
  page: PlatformMessage = says('your sandboxes')

  parse = (asker: Asker, input: ChatInput): Parsed => {
    this.asked.push({ asker, input })
    return this.answer(input)
  }
  accept: Router['accept'] = (request) => {
    this.accepted.push(request)
    return { ended: Promise.resolve('done'), refused: null }
  }
  home = (): PlatformMessage => this.page
  reachable = (identity: Identity): void => void this.reached.push(identity)
  connected = (): void => void (this.connections += 1)
  left = (): void => undefined
  moved = (): void => undefined
}

export interface Stage {
  readonly peer: SlackPeer
  readonly platform: SlackPlatform
  readonly router: TestRouter
  readonly ada: Person
  readonly grace: Person
  /** The bot is in it. */
  readonly general: Channel
  /** The bot is not. */
  readonly other: Channel
  readonly log: { readonly message: string; readonly details: Readonly<Record<string, unknown>> }[]
}

const open: (() => Promise<unknown>)[] = []

export async function closeStages(): Promise<void> {
  for (const close of open.splice(0).toReversed()) await close()
}

/** The adapter, started, beside a peer. */
export async function aStage(
  change: { settings?: AppSettings; receive?: (port: number) => Way; isDown?: boolean } = {},
): Promise<Stage> {
  const peer = await SlackPeer.open(change.settings ?? manifest)
  open.push(() => peer.close())
  const [ada, grace] = [peer.person('ada'), peer.person('grace')]
  const general = peer.workspace.addChannel('general', [ada.user, grace.user])
  general.members.add(BOT_USER)
  const other = peer.workspace.addChannel('other', [ada.user, grace.user], 'private')
  if (change.isDown === true) await peer.down()
  const log: Stage['log'] = []
  const platform = new SlackPlatform({
    botToken: BOT_TOKEN,
    receive: change.receive?.(0) ?? { way: 'socket', appToken: APP_TOKEN },
    apiUrl: peer.apiUrl,
    clock: { now: () => new Date(peer.clock.now()) },
    log: (message, details) => void log.push({ message, details }),
  })
  const router = new TestRouter()
  await platform.start([], router)
  open.push(() => platform.stop())
  if (change.isDown !== true) await eventually(() => isUp(platform))
  return { peer, platform, router, ada, grace, general, other, log }
}

function isUp(platform: SlackPlatform): void {
  if (platform.health().state === 'connecting') throw new Error('not yet')
}

export function says(text: string): PlatformMessage {
  return { blocks: [{ block: 'text', inlines: [text] }] }
}

export function token(name: string): ActionToken {
  return name as ActionToken
}

export function texts(person: Person, channel?: Channel): readonly string[] {
  return person
    .sees(channel)
    .filter(({ byBot }) => byBot)
    .map(({ text }) => text)
}
