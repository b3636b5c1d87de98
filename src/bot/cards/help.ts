import type { Message } from '../message.js'
import { sentence } from './words.js'

/** As much of a command as help shows. */
interface Explained {
  readonly usage: string
  readonly summary: string
}

/** Only what the asker may do. */
export function helpCard(entries: readonly Explained[]): Message {
  return {
    title: 'What I can do',
    tone: 'plain',
    blocks: [
      { block: 'fields', fields: entries.map((entry) => ({ label: entry.usage, value: [entry.summary] })) },
      sentence('What you leave out is asked for. Try: `/sandbox create myapp`'),
    ],
  }
}

export function commandHelp(entry: Explained, args: readonly { usage: string; help: string }[]): Message {
  return {
    title: entry.usage,
    tone: 'plain',
    blocks: [
      sentence(`${entry.summary}.`),
      ...(args.length === 0
        ? []
        : [
            {
              block: 'fields' as const,
              fields: args.map((arg) => ({ label: arg.usage, value: [arg.help] })),
            },
          ]),
    ],
  }
}
