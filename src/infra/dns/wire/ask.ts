import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect, isIPv6 } from 'node:net'
import { InfraError } from '../../../core/errors.js'
import { Turnstile } from './turnstile.js'
import { decodeReply, encodeQuery, typeNumber, type QueryType, type Reply } from './message.js'

export interface ServerAddress {
  readonly host: string
  readonly port: number
}

export interface Question {
  readonly name: string
  readonly type: QueryType
  /** Of a resolver, not of a zone's own server. */
  readonly recursion: boolean
}

/** One try over UDP; a packet that is lost is sent again. */
const TRY_MS = 1500
const TRIES = 3
/** Each question has a socket of its own. */
const sockets = new Turnstile(64)

/** Asks one name server: over UDP, and over TCP where the answer is too long. Throws InfraError. */
export function ask(server: ServerAddress, question: Question, signal: AbortSignal): Promise<Reply> {
  return sockets.pass(() => askNow(server, question, signal))
}

async function askNow(server: ServerAddress, question: Question, signal: AbortSignal): Promise<Reply> {
  for (let tried = 1; ; tried += 1) {
    // Held by name: a timeout that only AbortSignal.any knows may be collected before it fires.
    const late = AbortSignal.timeout(TRY_MS)
    try {
      const limit = AbortSignal.any([signal, late])
      const reply = await overUdp(server, question, limit)
      return reply.truncated ? await overTcp(server, question, limit) : reply
    } catch (error) {
      signal.throwIfAborted()
      if (tried < TRIES) continue
      throw silent(server, question, late.aborted ? 'no answer' : (error as Error).message, error)
    }
  }
}

function silent({ host, port }: ServerAddress, { name, type }: Question, why: string, cause: unknown): InfraError {
  const sentence = `the name server ${host} does not answer`
  return new InfraError('dns', 'later', `dns: ${name} ${type} at ${host}:${port}: ${why}`, { sentence, cause })
}

/** `9.9.9.9`, `9.9.9.9:5353`, `2620:fe::9` or `[2620:fe::9]:53`. */
export function serverAddress(text: string): ServerAddress {
  if (isIPv6(text)) return { host: text, port: 53 }
  const [, six, four, port = '53'] = /^(?:\[(.+)\]|([^:]*))(?::(\d+))?$/.exec(text) ?? []
  return { host: six ?? four ?? text, port: Number(port) }
}

function overUdp({ host, port }: ServerAddress, question: Question, signal: AbortSignal): Promise<Reply> {
  const id = randomInt(0x10000)
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  return new Promise<Reply>((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', giveUp, { once: true })
    socket.on('error', reject)
    socket.on('message', (message) => {
      const reply = answerTo(message, id, question)
      if (reply !== null) resolve(reply)
    })
    // Connected, so that only this server is heard.
    socket.connect(port, host, () => socket.send(encodeQuery(id, question.name, question.type, question.recursion)))
  }).finally(() => socket.close())
}

function overTcp({ host, port }: ServerAddress, question: Question, signal: AbortSignal): Promise<Reply> {
  const id = randomInt(0x10000)
  const query = encodeQuery(id, question.name, question.type, question.recursion)
  return new Promise<Reply>((resolve, reject) => {
    const socket = connect({ host, port, signal })
    let heard = Buffer.alloc(0)
    const end = (settle: () => void): void => {
      socket.destroy()
      settle()
    }
    socket.on('error', (error) => end(() => reject(error)))
    socket.on('close', () => reject(new Error('the connection was closed')))
    socket.on('data', (bytes) => {
      heard = Buffer.concat([heard, bytes])
      if (heard.length < 2 || heard.length < 2 + heard.readUInt16BE(0)) return
      const reply = answerTo(heard.subarray(2, 2 + heard.readUInt16BE(0)), id, question)
      end(() => (reply === null ? reject(new Error('the answer is to another question')) : resolve(reply)))
    })
    const size = Buffer.alloc(2)
    size.writeUInt16BE(query.length)
    socket.write(Buffer.concat([size, query]))
  })
}

/** Null where it answers something else, or is no DNS message at all: the right one may still come. */
function answerTo(message: Buffer, id: number, { name, type }: Question): Reply | null {
  try {
    const reply = decodeReply(message)
    const isOurs = reply.question === null || (reply.question.name === name && reply.question.type === typeNumber(type))
    return reply.id === id && isOurs ? reply : null
  } catch {
    return null
  }
}
