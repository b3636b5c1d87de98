import type { Verb } from '../../core/operation.js'
import type { Status } from '../../core/sandbox.js'
import type { Block, Inline } from '../message.js'

export function text(...inlines: readonly Inline[]): Block {
  return { block: 'text', inlines }
}

/** A sentence in which `backticks` set what is named apart, and `/sandbox …` what is typed. A lone one stays. */
export function sentence(words: string): Block {
  const parts = words.split('`')
  if (parts.length % 2 === 0) return text(words)
  const inlines = parts.map((part, index): Inline => (index % 2 === 1 ? typed(part) : part))
  return { block: 'text', inlines: inlines.filter((one) => one !== '') }
}

/** What is to be typed to the bot stands apart from other code: platforms differ in how it is begun. */
function typed(words: string): Inline {
  return words.startsWith('/sandbox ') ? { command: words.slice('/sandbox '.length) } : { code: words }
}

const MARKS: Readonly<Record<Status, string>> = {
  creating: '◐',
  running: '●',
  stopped: '○',
  starting: '◐',
  stopping: '◐',
  restarting: '◐',
  deleting: '◐',
  lost: '✕',
  stuck: '✕',
  unknown: '○',
}

export function statusWord(status: Status): string {
  return `${MARKS[status]} ${status}`
}

export function statusTitle(name: string, status: Status): string {
  return `${MARKS[status]} ${name} · ${status}`
}

interface VerbWords {
  readonly doing: (name: string) => string
  readonly done: (name: string) => string
  readonly failed: (name: string) => string
}

/** "Creating myapp", "myapp is created", "myapp could not be created". */
export const VERBS: Readonly<Record<Verb, VerbWords>> = {
  create: passive('creating', 'created'),
  start: passive('starting', 'started'),
  stop: passive('stopping', 'stopped'),
  restart: passive('restarting', 'restarted'),
  delete: passive('deleting', 'deleted'),
  port: {
    doing: (name) => `changing the port of ${name}`,
    done: (name) => `${name}'s port is changed`,
    failed: (name) => `${name}'s port could not be changed`,
  },
  credentials: {
    doing: (name) => `renewing the login of ${name}`,
    done: (name) => `${name}'s login is renewed`,
    failed: (name) => `${name}'s login could not be renewed`,
  },
  domain: {
    doing: (name) => `changing the domains of ${name}`,
    done: (name) => `${name}'s domains are changed`,
    failed: (name) => `${name}'s domains could not be changed`,
  },
  update: {
    doing: (name) => `updating the agent of ${name}`,
    done: (name) => `${name}'s agent is updated`,
    failed: (name) => `${name}'s agent could not be updated`,
  },
}

function passive(doing: string, done: string): VerbWords {
  return {
    doing: (name) => `${doing} ${name}`,
    done: (name) => `${name} is ${done}`,
    failed: (name) => `${name} could not be ${done}`,
  }
}

export function capital(words: string): string {
  return words.slice(0, 1).toUpperCase() + words.slice(1)
}

/** A reason as a sentence of its own. */
export function wholeSentence(reason: string): string {
  const words = capital(reason.trim())
  return /[.!?…]$/.test(words) ? words : `${words}.`
}

/** `0:01`, `12:40` */
export function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** `2 minutes`, `1 hour`, `41 days` */
export function span(milliseconds: number): string {
  const minutes = Math.floor(Math.max(0, milliseconds) / 60_000)
  if (minutes < 1) return 'less than a minute'
  if (minutes < 60) return count(minutes, 'minute')
  if (minutes < 48 * 60) return count(Math.floor(minutes / 60), 'hour')
  return count(Math.floor(minutes / 1440), 'day')
}

/** `40 s`, `6 min` */
export function soon(milliseconds: number): string {
  const seconds = Math.max(1, Math.ceil(milliseconds / 1000))
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`
}

export function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`
}
