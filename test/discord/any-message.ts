import fc from 'fast-check'
import type { Form } from '../../src/bot/chat.js'
import type { ActionToken, PlatformMessage } from '../../src/bot/message.js'

/** What people write to see whether it is taken for more than words. */
const hostile = fc.constantFrom(
  '@everyone',
  '@here',
  '<@80351110224678912>',
  '<@&80351110224678912>',
  '<#80351110224678912>',
  '<!channel>',
  '**bold**',
  '__under__',
  '_it_',
  '~~gone~~',
  '||spoiler||',
  '`code`',
  '```js\ncode```',
  '# heading',
  '-# small',
  '> quote',
  '- item',
  '1. item',
  '[label](https://evil.example)',
  'https://evil.example/x?y=1',
  '<https://evil.example>',
  ':smile:',
  '<:smile:80351110224678912>',
  '<t:0:R>',
  '</sandbox:80351110224678912>',
  '\\',
  '\u202eright to left',
  'zero\u200bwidth',
  '\ud800',
  '\n',
  ' ',
  'a'.repeat(10_000),
)
export const words = fc.oneof(
  fc
    .array(fc.oneof(hostile, fc.string({ unit: 'binary', maxLength: 20 })), { maxLength: 6 })
    .map((all) => all.join('')),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
)
const url = fc.oneof(words, fc.webUrl({ withQueryParameters: true, withFragments: true }))
const token = fc.stringMatching(/^[A-Za-z0-9_-]{12}\.[A-Za-z0-9_-]{16}$/).map((text) => text as ActionToken)

const inline = fc.oneof(
  words,
  fc.record({ bold: words }),
  fc.record({ code: words }),
  fc.record({ command: words }),
  fc.record({ link: words, url }),
  fc.record({ mention: words, name: words }),
  fc.record({ time: fc.date({ noInvalidDate: false }) }),
)
const inlines = fc.array(inline, { maxLength: 6 })
const button = fc.oneof(
  fc.record(
    { label: words, press: token, style: fc.constantFrom('primary' as const, 'danger' as const) },
    { requiredKeys: ['label', 'press'] },
  ),
  fc.record({ label: words, url }),
)
const base64 = fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString('base64'))
const step = fc.record({
  label: words,
  detail: words,
  state: fc.constantFrom('waiting' as const, 'running' as const, 'done' as const, 'failed' as const),
  seconds: fc.option(fc.double({ noNaN: true, min: 0, max: 1e6 })),
})
const block = fc.oneof(
  fc.record({ block: fc.constant('text' as const), inlines }),
  fc.record({
    block: fc.constant('fields' as const),
    fields: fc.array(fc.record({ label: words, value: inlines }), { maxLength: 30 }),
  }),
  fc.record({ block: fc.constant('steps' as const), steps: fc.array(step, { maxLength: 30 }) }),
  fc.record({ block: fc.constant('code' as const), text: words }),
  fc.record({ block: fc.constant('buttons' as const), buttons: fc.array(button, { maxLength: 30 }) }),
  fc.record({ block: fc.constant('file' as const), name: words, base64 }),
  fc.record({ block: fc.constant('image' as const), alt: words, base64 }),
)

export const anyMessage = fc.record(
  {
    title: words,
    aside: words,
    tone: fc.constantFrom('good' as const, 'bad' as const, 'busy' as const, 'plain' as const),
    blocks: fc.array(block, { maxLength: 30, size: 'max' }),
  },
  { requiredKeys: ['blocks'] },
) as fc.Arbitrary<PlatformMessage>

const field = fc.record({
  label: words,
  help: words,
  kind: fc.constantFrom('text' as const, 'long' as const, 'number' as const, 'choice' as const),
  choices: fc.array(words, { maxLength: 30 }),
  value: words,
  required: fc.boolean(),
})

/** Field names are ours: they are the names of arguments. */
export const anyForm: fc.Arbitrary<Form> = fc.record({
  title: words,
  text: words,
  submit: words,
  danger: fc.boolean(),
  call: fc.constant({ command: 'port', args: {} }),
  token,
  fields: fc
    .array(field, { minLength: 1, maxLength: 8 })
    .map((fields) => fields.map((one, index) => ({ ...one, name: `field-${index}` }))),
})
