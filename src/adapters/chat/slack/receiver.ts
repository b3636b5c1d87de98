import type { App, HTTPReceiver, Receiver, SocketModeReceiver } from '@slack/bolt'
import type { Log } from '../../../bot/ports.js'
import { InfraError } from '../../../core/errors.js'
import type { Bolt } from './bolt.js'
import { boltLog, silence } from './bolt-log.js'
import type { SlackOptions, Way } from './slack-options.js'

const HELLO_MS = 10_000
const STOP_MS = 2000

/** One way of receiving, whichever it is. */
export interface Receiving {
  readonly receiver: Receiver
  /** Resolves when events can come; rejects where they cannot now. `lost`: called once, when they cannot any more. */
  open(lost: () => void): Promise<void>
  close(): Promise<void>
}

export function receivingBy(bolt: Bolt, { receive, apiUrl, log }: SlackOptions): Receiving {
  return receive.way === 'socket' ? bySocket(bolt, receive.appToken, apiUrl) : byRequests(bolt, receive, log)
}

/** The library's own reconnecting waits 5 s after every refresh, and ends the process where it fails: it is off. */
function bySocket(bolt: Bolt, appToken: string, apiUrl: string): Receiving {
  const clientOptions = {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: HELLO_MS,
  }
  const receiver: SocketModeReceiver = new bolt.SocketModeReceiver({
    appToken,
    autoReconnectEnabled: false,
    logger: silence,
    installerOptions: { clientOptions },
  })
  const { client } = receiver
  let isOpen = false
  let tellLoss = (): void => undefined
  client.on('connected', () => (isOpen = true))
  client.on('disconnected', () => {
    isOpen = false
    tellLoss()
  })
  return {
    receiver,
    async open(lost) {
      tellLoss = lost
      if (isOpen) return
      await inTime(receiver.start(), HELLO_MS, 'Slack said no hello').catch(async (error: unknown) => {
        await receiver.stop()
        throw error
      })
    },
    close: () => receiver.stop(),
  }
}

function byRequests(bolt: Bolt, { signingSecret, host, port }: Extract<Way, { way: 'requests' }>, log: Log): Receiving {
  const receiver: HTTPReceiver = new bolt.HTTPReceiver({ signingSecret, logger: boltLog(log) })
  let isOpen = false
  return {
    receiver,
    async open() {
      if (isOpen) return
      await receiver.start({ host, port })
      isOpen = true
    },
    async close() {
      if (isOpen) await inTime(receiver.stop(), STOP_MS, 'requests still under way').catch(() => undefined)
      isOpen = false
    },
  }
}

/**
 * The library acknowledges events before anybody has looked at them. Here they are acknowledged when all is done: what
 * is not written down is sent again.
 */
export function acknowledgeAfter(receiver: Receiver, app: App): void {
  const gate = Object.create(app) as App
  gate.processEvent = async (event) => {
    const isEvent = (event.body as { readonly type?: string }).type === 'event_callback'
    if (!isEvent) return app.processEvent(event)
    await app.processEvent({ ...event, ack: () => Promise.resolve() })
    await event.ack()
  }
  receiver.init(gate)
}

async function inTime(work: Promise<unknown>, ms: number, otherwise: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new InfraError('chat', 'later', otherwise)), ms)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
