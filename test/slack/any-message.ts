import fc from 'fast-check'
import type { Form, FormField } from '../../src/bot/chat.js'
import type { ActionToken, Block, Button, Inline, PlatformMessage, StepLine } from '../../src/bot/message.js'

/** Words as people could send them to do harm, or by accident. */
export const hostile: readonly string[] = [
  '<!channel> <!here> <!everyone> @channel @everyone <@U0BOT> <!subteam^S1>',
  '*bold* _italic_ ~struck~ `code` ```block``` > quote',
  '<https://evil.example|https://good.example> https://evil.example/preview',
  '&lt;!channel&gt; &amp; &#60;!channel&#62;',
  ':rotating_light: :+1:',
  '\u202egnp.exe\u202c \u200b\u200d\u2066x\u2069\ufeff',
  'x'.repeat(10_000),
  '🙂'.repeat(3000),
  '"\\'.repeat(3000),
  '\ud83d half \udc00',
  '\u0000\u0007\n\r\t\u2028',
  '',
  ' ',
]

const words = fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary', maxLength: 120 }), fc.string())
const address = fc.oneof(fc.webUrl(), words, fc.constantFrom('javascript:alert(1)', `https://a.b/${'x'.repeat(4000)}`))
const token = fc.string({ unit: fc.constantFrom('a', 'b', 'Z', '0', '9', '_', '.', '-'), minLength: 1, maxLength: 64 })

const inline: fc.Arbitrary<Inline> = fc.oneof(
  words,
  words.map((bold) => ({ bold })),
  words.map((code) => ({ code })),
  words.map((command) => ({ command })),
  fc.record({ link: words, url: address }),
  fc.record({ mention: words, name: words }),
  fc.date().map((time) => ({ time })),
)
const button: fc.Arbitrary<Button<ActionToken>> = fc.oneof(
  fc.record(
    {
      label: words,
      press: token.map((one) => one as ActionToken),
      style: fc.constantFrom('primary' as const, 'danger' as const),
      confirm: words,
    },
    { requiredKeys: ['label', 'press'] },
  ),
  fc.record({ label: words, url: address }),
)
const step: fc.Arbitrary<StepLine> = fc.record({
  label: words,
  detail: words,
  state: fc.constantFrom('waiting', 'running', 'done', 'failed'),
  seconds: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
})
const base64 = fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString('base64'))
const block: fc.Arbitrary<Block<ActionToken>> = fc.oneof(
  fc.record({ block: fc.constant('text' as const), inlines: fc.array(inline, { maxLength: 60 }) }),
  fc.record({
    block: fc.constant('fields' as const),
    fields: fc.array(fc.record({ label: words, value: fc.array(inline, { maxLength: 4 }) }), { maxLength: 40 }),
  }),
  fc.record({ block: fc.constant('steps' as const), steps: fc.array(step, { maxLength: 40 }) }),
  fc.record({ block: fc.constant('code' as const), text: fc.array(words).map((lines) => lines.join('\n')) }),
  fc.record({ block: fc.constant('buttons' as const), buttons: fc.array(button, { maxLength: 60 }) }),
  fc.record({ block: fc.constant('file' as const), name: words, base64 }),
  fc.record({ block: fc.constant('image' as const), alt: words, base64 }),
)

export const anyMessage: fc.Arbitrary<PlatformMessage> = fc.record(
  {
    title: words,
    aside: words,
    tone: fc.constantFrom('good', 'bad', 'busy', 'plain'),
    blocks: fc.array(block, { maxLength: 70 }),
    secret: fc.constant(true as const),
  },
  { requiredKeys: ['blocks'] },
)

const field: fc.Arbitrary<FormField> = fc.record({
  name: words,
  label: words,
  help: words,
  kind: fc.constantFrom('text', 'long', 'number', 'choice'),
  choices: fc.array(words, { maxLength: 120 }),
  value: words,
  required: fc.boolean(),
})

export const anyForm: fc.Arbitrary<Form> = fc.record({
  title: words,
  text: words,
  submit: words,
  danger: fc.boolean(),
  call: fc.constant({ command: 'create', args: {} }),
  token: token.map((one) => one as ActionToken),
  fields: fc.array(field, { maxLength: 120 }),
})
