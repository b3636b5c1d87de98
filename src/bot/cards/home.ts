import { statusOf, type Sandbox } from '../../core/sandbox.js'
import type { Block, Button, CommandCall, Message } from '../message.js'
import type { Addresses } from './addresses.js'
import { sentence, statusTitle } from './words.js'

const MOST = 20

/** A person's own page: each sandbox with its link and its likeliest buttons. */
export function homeCard(sandboxes: readonly Sandbox[], addresses: Addresses): Message {
  const create: Button = { label: 'New sandbox', press: { command: 'create', args: {} }, style: 'primary' }
  if (sandboxes.length === 0) {
    const words = 'You have no sandbox yet. Make one here, or type `/sandbox create myapp` in any channel.'
    return { title: 'Your sandboxes', blocks: [sentence(words), { block: 'buttons', buttons: [create] }] }
  }
  const rest = sandboxes.length - MOST
  return {
    title: `Your sandboxes: ${sandboxes.length}`,
    blocks: [
      { block: 'buttons', buttons: [create, { label: 'SSH keys', press: { command: 'keys', args: {} } }] },
      ...sandboxes.slice(0, MOST).flatMap((sandbox) => blocksOf(sandbox, addresses)),
      ...(rest > 0 ? [sentence(`… and ${rest} more: \`/sandbox list\``)] : []),
    ],
  }
}

function blocksOf(sandbox: Sandbox, addresses: Addresses): Block[] {
  const status = statusOf(sandbox)
  const url = addresses.url(sandbox.host)
  const call = (command: string): CommandCall => ({ command, args: { sandbox: sandbox.name } })
  const power: Button[] =
    status === 'running'
      ? [{ label: 'Stop', press: call('stop') }]
      : status === 'stopped'
        ? [{ label: 'Start', press: call('start'), style: 'primary' }]
        : []
  return [
    { block: 'text', inlines: [{ bold: statusTitle(sandbox.name, status) }, ' · ', { link: url, url }] },
    { block: 'buttons', buttons: [{ label: 'Show', press: call('show') }, ...power] },
  ]
}
