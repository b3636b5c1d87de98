import fc from 'fast-check'
import { mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { questionMessage } from '../../src/adapters/chat/telegram/question-message.js'
import { render, renderAlert, type Rendered } from '../../src/adapters/chat/telegram/render.js'
import type { ActionToken, Block, Inline, PlatformMessage } from '../../src/bot/message.js'
import { everyCard } from '../bot/every-card.js'
import { checkCall, checkFile, textOf } from '../peers/telegram/limits.js'
import { parseHtml } from '../peers/telegram/html.js'
import { minted } from './minted.js'

mkdirSync('test/golden/telegram', { recursive: true })

/** As a call of the Bot API. */
function asCall({ html, keyboard }: Rendered): Readonly<Record<string, unknown>> {
  const options = { parse_mode: 'HTML', link_preview_options: { is_disabled: true } }
  return { chat_id: 1, text: html, ...options, ...(keyboard !== null && { reply_markup: keyboard }) }
}

describe('cards on Telegram', () => {
  it.each(Object.entries(everyCard))('%s', async (name, card) => {
    const { html, keyboard, files } = render(minted(card))
    const rows = (keyboard?.inline_keyboard ?? []).map((row) =>
      row.map((one) => `[${one.text}${one.style === undefined ? '' : ` (${one.style})`}]`).join(' '),
    )
    const lines = [html, ...rows, ...files.map((file) => `${file.kind} ${file.name}`)]
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`../golden/telegram/${name}.html`)
    checkCall('sendMessage', asCall(render(minted(card))))
  })
})

const words = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
  fc.string({ unit: 'binary', minLength: 3000, maxLength: 10_000 }),
  fc.constantFrom(
    '@grace_tg',
    '/stop myapp',
    '#all',
    'a@b',
    '@',
    '/',
    '&amp;<b>x</b>',
    '</code>',
    '<a href="tg://user?id=1">Ada</a>',
    '" onclick="',
    '\u202Eevil\u200B\u2066',
    '\ud800',
    '&&&&<<<<'.repeat(1000),
    'https://evil.example/@grace_tg/start',
    ' \n\t ',
    '',
  ),
)
const url = fc.oneof(fc.webUrl(), words, fc.constantFrom('http://localhost', 'javascript:alert(1)', 'tg://user?id=1'))
const at = fc.oneof(fc.date(), fc.constant(new Date(Number.NaN)))
const inline: fc.Arbitrary<Inline> = fc.oneof(
  words,
  fc.record({ bold: words }),
  fc.record({ code: words }),
  fc.record({ command: words }),
  fc.record({ link: words, url }),
  fc.record({ mention: words, name: words }),
  fc.record({ time: at }),
)
const token = fc.oneof(words, fc.constant('AAAAAAAAAAAA.AAAAAAAAAAAAAAAA')).map((one) => one as ActionToken)
const button = fc.oneof(
  fc.record({ label: words, press: token, style: fc.constantFrom('primary' as const, 'danger' as const) }),
  fc.record({ label: words, url }),
)
const base64 = fc.oneof(
  words,
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('base64')),
)
const step = fc.record({
  label: words,
  detail: words,
  state: fc.constantFrom('waiting' as const, 'running' as const, 'done' as const, 'failed' as const),
  seconds: fc.option(fc.double()),
})
const anyBlock: fc.Arbitrary<Block<ActionToken>> = fc.oneof(
  fc.record({ block: fc.constant('text' as const), inlines: fc.array(inline, { maxLength: 12 }) }),
  fc.record({
    block: fc.constant('fields' as const),
    fields: fc.array(fc.record({ label: words, value: fc.array(inline, { maxLength: 4 }) }), { maxLength: 60 }),
  }),
  fc.record({ block: fc.constant('steps' as const), steps: fc.array(step, { maxLength: 12 }) }),
  fc.record({ block: fc.constant('code' as const), text: words }),
  fc.record({ block: fc.constant('buttons' as const), buttons: fc.array(button, { maxLength: 130 }) }),
  fc.record({ block: fc.constant('file' as const), name: words, base64 }),
  fc.record({ block: fc.constant('image' as const), alt: words, base64 }),
)
const message: fc.Arbitrary<PlatformMessage> = fc.record(
  { title: words, aside: words, blocks: fc.array(anyBlock, { maxLength: 6 }) },
  { requiredKeys: ['blocks'] },
)

describe('any message with any text', () => {
  it('gives what Telegram takes, pings nobody, and can be tapped only where it should', () => {
    fc.assert(
      fc.property(message, (one) => {
        const rendered = render(one)
        const call = asCall(rendered)
        checkCall('sendMessage', call)
        for (const { kind, bytes, name } of rendered.files) {
          checkFile(kind, bytes)
          expect(name).not.toMatch(/[\r\n"\\/]/)
        }
        const { entities } = textOf(call)
        const types = new Set<string>(entities.map((entity) => entity.type))
        for (const active of ['mention', 'text_mention', 'bot_command', 'hashtag']) expect(types).not.toContain(active)
        if (rendered.fitsCaption)
          checkCall('sendDocument', { chat_id: 1, document: 'x', caption: rendered.html, parse_mode: 'HTML' })
        checkCall('answerCallbackQuery', { callback_query_id: '1', text: renderAlert(one) })
      }),
      { numRuns: 400 },
    )
  })

  it('of a form gives a question that Telegram takes, in private and in a group', () => {
    const field = fc.record({
      name: words,
      label: words,
      help: words,
      kind: fc.constantFrom('text' as const, 'choice' as const),
      choices: fc.array(words, { maxLength: 130 }),
      value: words,
      required: fc.constant(true),
    })
    const form = fc.record({
      title: words,
      text: words,
      submit: words,
      danger: fc.boolean(),
      call: fc.constant({ command: 'create', args: {} }),
      token,
      fields: fc.array(field, { minLength: 1, maxLength: 3 }),
    })
    fc.assert(
      fc.property(form, words, fc.constantFrom('1001', '-1001/5'), (one, name, place) => {
        const question = { id: 'AAAAAAAA', place, person: '1001', name, form: one, answers: {}, state: 'open' as const }
        const { html, markup } = questionMessage(
          { ...question, message: null, replyTo: null, event: '1', expiresAt: new Date() },
          'sandpiper_bot',
        )
        const call = { chat_id: 1, text: html, parse_mode: 'HTML', reply_markup: markup }
        checkCall('sendMessage', call)
        const pinged = textOf(call).entities.filter((entity) => /mention|bot_command/.test(entity.type))
        expect(pinged.length).toBeLessThanOrEqual(place === '1001' ? 0 : 2)
      }),
    )
  })

  it('shows hostile text as the text that it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), (text) => {
        const hostile = text.replaceAll(/[\p{C}\p{Z}\s]/gu, '')
        const html = render({
          blocks: [{ block: 'text', inlines: ['>', hostile, { bold: hostile }, { code: hostile }, '<'] }],
        }).html
        expect(parseHtml(html).text.replaceAll('\u2060', '')).toBe(`>${hostile.repeat(3)}<`)
      }),
    )
  })
})
