import type { PersonId, SshKey } from '../../core/person.js'
import { statusOf, type Sandbox } from '../../core/sandbox.js'
import type { State } from '../../core/state.js'
import type { Button, Field, Message } from '../message.js'
import type { Addresses } from './addresses.js'
import { sentence, span, statusWord } from './words.js'

const PAGE = 15

export interface ListOf {
  /** Who reads it: of what is somebody else's it says whose. */
  readonly viewer: PersonId
  /** Those of everybody, for an admin who asks so. */
  readonly all: boolean
  /** From 1; one that is too high is the last. */
  readonly page: number
  /** What was asked, so that the next page is of the same. */
  readonly args: Readonly<Record<string, string>>
  readonly addresses: Addresses
}

/** Sandboxes, a page of them, with their states and links. */
export function listCard(
  state: State,
  sandboxes: readonly Sandbox[],
  { viewer, all, page, args, addresses }: ListOf,
): Message {
  if (sandboxes.length === 0) {
    const words = all ? 'There is no sandbox yet.' : 'You have no sandbox yet.'
    return { tone: 'plain', blocks: [sentence(`${words} Make one: \`/sandbox create myapp\``)] }
  }
  const pages = Math.ceil(sandboxes.length / PAGE)
  const now = Math.min(page, pages)
  const shown = sandboxes.slice((now - 1) * PAGE, now * PAGE)
  const fields = shown.map((sandbox): Field => {
    const url = addresses.url(sandbox.host)
    const owner = state.persons.find((person) => person.id === sandbox.owner)?.name ?? 'someone'
    return {
      label: sandbox.name,
      value: [
        `${statusWord(statusOf(sandbox))} · `,
        { link: url, url },
        ...(all || sandbox.owner !== viewer ? [` · ${owner}`] : []),
      ],
    }
  })
  const turn = (label: string, to: number): Button => ({
    label,
    press: { command: 'list', args: { ...args, page: String(to) } },
  })
  const buttons = [
    ...shown
      .slice(0, pages > 1 ? 3 : 5)
      .map(({ name }): Button => ({ label: `Show ${name}`, press: { command: 'show', args: { sandbox: name } } })),
    ...(now > 1 ? [turn('Previous page', now - 1)] : []),
    ...(now < pages ? [turn('Next page', now + 1)] : []),
  ]
  const whose = all ? 'All sandboxes' : 'Your sandboxes'
  return {
    title: `${whose}: ${sandboxes.length}${pages > 1 ? ` · page ${now} of ${pages}` : ''}`,
    tone: 'plain',
    blocks: [
      { block: 'fields', fields },
      { block: 'buttons', buttons },
    ],
  }
}

export function keysCard(keys: readonly SshKey[], now: Date, title?: string): Message {
  const add: Button = { label: 'Add key', press: { command: 'keys', args: { action: 'add' } } }
  if (keys.length === 0) {
    const text =
      'You have no SSH key here, so SSH stays closed. Paste a public key: `/sandbox keys add ssh-ed25519 AAAA…`'
    return {
      ...(title === undefined ? {} : { title }),
      tone: 'plain',
      blocks: [sentence(text), { block: 'buttons', buttons: [add] }],
    }
  }
  const fields = keys.map((key): Field => ({
    label: key.comment === '' ? key.type : key.comment,
    value: [key.type, ' · ', { code: key.fingerprint }, ` · added ${span(now.getTime() - key.addedAt.getTime())} ago`],
  }))
  return {
    title: title ?? `Your SSH keys: ${keys.length}`,
    tone: title === undefined ? 'plain' : 'good',
    blocks: [
      { block: 'fields', fields },
      sentence('Every sandbox that you may enter follows. To remove one: `/sandbox keys remove` and its fingerprint'),
      { block: 'buttons', buttons: [add] },
    ],
  }
}
