import { hostKeyName } from '../../core/host-keys.js'
import type { Sandbox } from '../../core/sandbox.js'
import type { State } from '../../core/state.js'
import type { Block, Field, Message } from '../message.js'
import type { Addresses } from './addresses.js'
import { noKey } from './sandbox-card.js'
import { sentence } from './words.js'

/** How to get in: what to paste, what ssh asks at the first time, and what editors want. */
export function sshCard(state: State, sandbox: Sandbox, addresses: Addresses, areKeysNew: boolean): Message {
  const { name } = sandbox
  const serverKey = addresses.ssh.serverKey()
  const ownKeys = sandbox.hostKeys.map(hostKeyName).filter((key) => key !== null)
  const fields: Field[] = [
    { label: 'Paste', value: [{ code: addresses.sshLine(name) }] },
    ...(serverKey === null ? [] : [{ label: 'Host key', value: [{ code: serverKey }] }]),
    ...ownKeys.map((key) => ({ label: 'Sandbox key', value: [{ code: key }] })),
  ]
  const blocks: Block[] = [{ block: 'fields', fields }]
  if (areKeysNew) {
    blocks.push(
      sentence(`${name} had made new host keys, and SSH to it was refused for that. I take the new ones from now on.`),
    )
  }
  if (serverKey !== null) blocks.push(sentence('The first time, ssh asks whether you know the host key above.'))
  if (!state.keys.some((key) => key.person === sandbox.owner)) blocks.push(noKey(name))
  blocks.push(sentence('For editors, in `~/.ssh/config`:'), { block: 'code', text: clientConfig(name, addresses) })
  return { title: `SSH to ${name}`, tone: 'plain', blocks }
}

function clientConfig(name: string, { ssh: { host, port } }: Addresses): string {
  const lines = [`Host ${name}`, `  HostName ${host}`, `  User ${name}`, ...(port === 22 ? [] : [`  Port ${port}`])]
  return lines.join('\n')
}
