import type { AuditEntry } from '../../core/audit.js'
import type { State } from '../../core/state.js'
import type { Inline, Message } from '../message.js'
import { count, sentence, text } from './words.js'

const SHOWN = 15

type Entry = AuditEntry & { readonly seq: number }

/** Entries with the newest first: the last few to read, all of them as a file. `more`: there are others that fit. */
export function auditCard(state: State, entries: readonly Entry[], more: boolean): Message {
  if (entries.length === 0) return { tone: 'plain', blocks: [sentence('No entry fits that.')] }
  const lines = entries.slice(0, SHOWN).map((entry) => `${timeOf(entry)}  ${wordsOf(state, entry)}`)
  const file = [HEAD, ...entries.toReversed().map((entry) => row(state, entry))].join('\n')
  return {
    title: `Audit: ${count(entries.length, 'entry').replace(/ys$/, 'ies')}`,
    tone: 'plain',
    blocks: [
      { block: 'code', text: lines.join('\n') },
      ...(entries.length > SHOWN ? [sentence(`The last ${SHOWN}; all ${entries.length} are in the file.`)] : []),
      ...(more
        ? [sentence('There are older ones; say less with `--since`, or which `--command` or `--sandbox`.')]
        : []),
      { block: 'file', name: 'audit.csv', base64: Buffer.from(`${file}\n`).toString('base64') },
    ],
  }
}

/** One entry, for the channel that mirrors them. */
export function auditLine(state: State, entry: AuditEntry): Message {
  const time: Inline = { time: entry.at }
  return {
    tone: entry.outcome === 'refused' || entry.outcome === 'failed' ? 'bad' : 'plain',
    blocks: [text(time, ` · ${wordsOf(state, entry)}`)],
  }
}

function wordsOf(state: State, entry: AuditEntry): string {
  const person = state.persons.find((one) => one.id === entry.person)?.name
  const who = person === undefined ? entry.identity : `${person} (${entry.identity})`
  const place = entry.place === null ? '' : ` in ${entry.place}`
  const why = entry.detail === '' ? '' : `: ${oneLine(entry.detail)}`
  return `${who}${place}: ${callOf(entry)} → ${entry.outcome}${why}`
}

function callOf({ command, args }: AuditEntry): string {
  return oneLine([command, ...Object.entries(args).map(([name, value]) => `${name}=${value}`)].join(' '))
}

function oneLine(words: string): string {
  const line = words.replace(/\s+/g, ' ').trim()
  return line.length > 120 ? `${line.slice(0, 119)}…` : line
}

function timeOf({ at }: AuditEntry): string {
  return at.toISOString().slice(0, 19).replace('T', ' ')
}

const HEAD = 'number,time,person,identity,place,command,arguments,sandbox,outcome,operation,detail'

function row(state: State, entry: Entry): string {
  const { seq, at, person, identity, place, command, args, sandbox, outcome, operation, detail } = entry
  const name = state.persons.find((one) => one.id === person)?.name ?? ''
  const cells = [
    seq,
    at.toISOString(),
    name,
    identity,
    place,
    command,
    JSON.stringify(args),
    sandbox,
    outcome,
    operation,
    detail,
  ]
  return cells.map((one) => cell(String(one ?? ''))).join(',')
}

/** A cell that begins like a formula is none to a spreadsheet: others chose these words. */
function cell(value: string): string {
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}
