import { App, HTTPReceiver, SocketModeReceiver, type Receiver } from '@slack/bolt'
import { silence } from '../../src/adapters/chat/slack/bolt-log.js'
import { SlackStage } from '../chat/slack-stage.js'
import { freePort } from '../cli/free-port.js'
import { SIGNING_SECRET } from '../peers/slack/request-url.js'
import { APP_TOKEN, BOT_TOKEN } from '../peers/slack/web-api.js'
import { TestService } from '../service/service.js'

/** From a command's delivery to its acknowledgement, as the peer sees it: milliseconds, the least first. */
export type AckTimes = readonly number[]

type Mode = 'socket' | 'http'

export async function withSandpiper(mode: Mode, perSecond: number, seconds: number): Promise<AckTimes> {
  const stage = new SlackStage(mode)
  await stage.start()
  const service = new TestService(undefined, stage.config(), { admins: [stage.people.ada.identity], members: [] })
  await service.start()
  await service.serve()
  await stage.joined()
  await service.ready()
  try {
    return await fire(stage, perSecond, seconds)
  } finally {
    await service.close()
    await stage.close()
  }
}

/** The same library and nothing else: a handler that acknowledges. */
export async function withBareHandler(mode: Mode, perSecond: number, seconds: number): Promise<AckTimes> {
  const stage = new SlackStage(mode)
  await stage.start()
  const port = await freePort()
  const clientOptions = { slackApiUrl: stage.peer.apiUrl }
  const receiver: Receiver =
    mode === 'socket'
      ? new SocketModeReceiver({ appToken: APP_TOKEN, logger: silence, installerOptions: { clientOptions } })
      : new HTTPReceiver({ signingSecret: SIGNING_SECRET, logger: silence })
  const app = new App({ token: BOT_TOKEN, receiver, clientOptions, logger: silence })
  app.command('/sandbox', ({ ack }) => ack())
  await (mode === 'socket' ? app.start() : app.start(port))
  if (mode === 'http') stage.peer.requestUrl.url = `http://127.0.0.1:${port}/slack/events`
  try {
    return await fire(stage, perSecond, seconds)
  } finally {
    await app.stop()
    await stage.close()
  }
}

async function fire({ peer, people, general }: SlackStage, perSecond: number, seconds: number): Promise<AckTimes> {
  const before = peer.deliveries.acks.length
  const began = performance.now()
  const sent: Promise<void>[] = []
  while (sent.length < perSecond * seconds) {
    const due = Math.min(perSecond * seconds, Math.floor(((performance.now() - began) / 1000) * perSecond) + 1)
    while (sent.length < due) sent.push(people.ada.hands.command('/sandbox list', general))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(sent)
  const acks = peer.deliveries.acks.slice(before).filter(({ kind }) => kind === 'slash_commands')
  return acks.map(({ ms }) => ms).toSorted((one, other) => one - other)
}
