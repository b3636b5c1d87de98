import type { Login } from '../../core/ports.js'
import type { Sandbox } from '../../core/sandbox.js'
import type { Message } from '../message.js'
import type { Addresses } from './addresses.js'
import { sentence } from './words.js'

/** The one message that holds a password. It goes by direct message, and nowhere else. */
export function loginCard(login: Login, sandbox: Sandbox, addresses: Addresses): Message {
  const url = addresses.url(sandbox.agentHost)
  return {
    title: `Login for ${sandbox.name}'s agent`,
    tone: 'plain',
    secret: true,
    blocks: [
      { block: 'text', inlines: [{ link: url, url }] },
      {
        block: 'fields',
        fields: [
          { label: 'User', value: [{ code: login.user }] },
          { label: 'Password', value: [{ code: login.password }] },
        ],
      },
      sentence(`I do not keep the password. For a new one: \`/sandbox credentials ${sandbox.name}\``),
    ],
  }
}

/** To the asker alone, where their direct messages are closed. */
export function loginRefused(name: string): Message {
  return {
    tone: 'bad',
    blocks: [
      sentence(
        `I could not send you the login for ${name}'s agent: your direct messages are closed to me. Open them, then: \`/sandbox credentials ${name}\``,
      ),
      {
        block: 'buttons',
        buttons: [{ label: 'New login', press: { command: 'credentials', args: { sandbox: name } } }],
      },
    ],
  }
}
