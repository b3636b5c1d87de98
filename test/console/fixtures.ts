import type { ConsoleMessageStore, StoredConsoleMessage } from '../../src/adapters/chat/console/console-messages.js'
import type { Router } from '../../src/bot/chat.js'
import type { ActionToken, Button, CommandCall, Message, PlatformMessage } from '../../src/bot/message.js'

export const TOKEN = 'a-token-of-some-length'

export const press = (token: string) => token as ActionToken

/** A card with a token on each button: its command and what it is about. */
export function pressable(message: Message): PlatformMessage {
  const button = (one: Button): Button<ActionToken> =>
    'url' in one ? one : { ...one, press: press([one.press.command, ...Object.values(one.press.args)].join('.')) }
  const blocks = message.blocks.map((block) =>
    block.block === 'buttons' ? { ...block, buttons: block.buttons.map(button) } : block,
  )
  return { ...message, blocks }
}

export class MemoryStore implements ConsoleMessageStore {
  readonly rows = new Map<string, StoredConsoleMessage>()

  append(message: StoredConsoleMessage): void {
    this.rows.set(message.id, message)
  }

  replace(id: string, body: string, editedAt: Date): void {
    const row = this.rows.get(id)
    if (row) this.rows.set(id, { ...row, body, editedAt })
  }

  list(limit: number): readonly StoredConsoleMessage[] {
    return [...this.rows.values()].slice(-limit)
  }
}

export const progress: PlatformMessage = {
  title: '◐ Creating myapp',
  tone: 'busy',
  blocks: [
    {
      block: 'steps',
      steps: [
        { label: 'name and address reserved', detail: '10.88.0.23', state: 'done', seconds: 0 },
        { label: 'instance created', detail: 'exeuntu', state: 'done', seconds: 0.3 },
        { label: 'starting', detail: '', state: 'running', seconds: null },
        { label: 'agent', detail: 'waits for the start', state: 'waiting', seconds: null },
      ],
    },
    { block: 'buttons', buttons: [{ label: 'Cancel', press: press('t-cancel') }] },
  ],
}

export const card: PlatformMessage = {
  title: '● myapp · running',
  tone: 'good',
  blocks: [
    {
      block: 'fields',
      fields: [
        {
          label: 'App',
          value: [{ link: 'https://myapp.box.example.com', url: 'https://myapp.box.example.com' }, ' public'],
        },
        { label: 'SSH', value: [{ code: 'ssh myapp@box.example.com' }] },
        {
          label: 'Owner',
          value: [{ mention: 'p-ada', name: 'Ada' }, ', ', { time: new Date('2026-03-01T10:00:00Z') }],
        },
        { label: 'Load', value: ['CPU 3 %  ·  memory 212 MB of 2 GB'] },
      ],
    },
    {
      block: 'buttons',
      buttons: [
        { label: 'Open app', url: 'https://myapp.box.example.com' },
        { label: 'Restart', press: press('t-restart'), style: 'primary' },
        { label: 'Stop', press: press('t-stop') },
        { label: 'Delete', press: press('t-delete'), style: 'danger' },
      ],
    },
  ],
}

const refusal: PlatformMessage = {
  title: '✕ myapp could not be created',
  tone: 'bad',
  blocks: [
    {
      block: 'text',
      inlines: ['The image ', { code: 'exeuntu:lastest' }, ' does not exist. ', { bold: 'Nothing was left behind.' }],
    },
    { block: 'code', text: 'image not found: exeuntu:lastest' },
  ],
}

export const login: PlatformMessage = {
  title: "Login for myapp's agent",
  secret: true,
  blocks: [{ block: 'code', text: 'User      ada\nPassword  tidal-crane-4071-moss' }],
}

/** A router that knows `create` and `delete`, and runs what `run` says. */
export function fakeRouter(run: (place: string) => Promise<void>): Router {
  const forms = new Map<string, CommandCall>()
  return {
    home: () => refusal,
    reachable: () => undefined,
    connected: () => undefined,
    left: () => undefined,
    moved: () => undefined,
    parse(_asker, input) {
      if (input.kind === 'complete' || input.kind === 'choices')
        return { kind: 'complete', choices: ['create', 'list'] }
      if (input.kind === 'press') return { kind: 'run', audience: 'place', call: { command: 'press', args: {} } }
      if (input.kind === 'call') return { kind: 'run', audience: 'place', call: input.call }
      if (input.kind === 'form') {
        const call = forms.get(input.token) ?? { command: 'unknown', args: {} }
        return { kind: 'run', audience: 'place', call: { ...call, args: { ...call.args, ...input.answers } } }
      }
      const [command = '', sandbox = ''] = input.text.split(' ')
      const call = { command, args: { sandbox } }
      if (command === 'create' && sandbox) return { kind: 'run', audience: 'place', call }
      if (command !== 'delete' && command !== 'create') return { kind: 'refuse', message: refusal }
      const name = command === 'delete' ? 'confirm' : 'sandbox'
      const field = {
        name,
        label: 'Name',
        help: 'Its name',
        kind: 'text',
        choices: [],
        value: '',
        required: true,
      } as const
      const title = command === 'delete' ? `Delete ${sandbox}?` : 'Create a sandbox'
      const text = command === 'delete' ? 'It stops now. Type its name to go on.' : ''
      const danger = command === 'delete'
      const token = press(`form-${forms.size}`)
      forms.set(token, call)
      const submit = title.split(' ')[0] ?? ''
      return { kind: 'form', form: { title, text, submit, danger, call, token, fields: [field] } }
    },
    accept(request, call) {
      const confirmed = call.command !== 'delete' || call.args.confirm === call.args.sandbox
      return { ended: run(request.asker.place).then(() => (confirmed ? 'done' : 'refused')), refused: null }
    },
  }
}
