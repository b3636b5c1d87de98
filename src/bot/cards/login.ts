import type { Login } from '../../core/ports.js'
import type { Sandbox } from '../../core/sandbox.js'
import type { Button, Message } from '../message.js'
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

/** To the asker alone, where their direct messages are closed. `canShow`: a new one can be shown right there, once. */
export function loginRefused(name: string, canShow: boolean): Message {
  const closed = `I could not send you the login for ${name}'s agent: your direct messages are closed to me.`
  const again: Button = { label: 'New login', press: { command: 'credentials', args: { sandbox: name } } }
  const here: Button = {
    label: 'Show it here',
    press: { command: 'credentials', args: { sandbox: name, here: 'yes' } },
    style: 'primary',
    once: true,
  }
  const words = canShow
    ? `${closed} I can show you a new one here: only you will see it, once, within 15 minutes. Or open your direct messages, then: \`/sandbox credentials ${name}\``
    : `${closed} Open them, then: \`/sandbox credentials ${name}\``
  return {
    tone: 'bad',
    blocks: [sentence(words), { block: 'buttons', buttons: canShow ? [here, again] : [again] }],
  }
}
