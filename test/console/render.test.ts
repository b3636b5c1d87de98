import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderMessage } from '../../src/adapters/chat/console/render.js'
import type { PlatformMessage } from '../../src/bot/message.js'
import { everyCard } from '../bot/every-card.js'
import { card, press, pressable } from './fixtures.js'

const frame = { id: 'm1', postedAt: new Date('2026-03-01T12:00:00Z'), only: false }

const pressed = Object.entries(everyCard).map(([name, message]) => [name, pressable(message)] as const)

test.each([['card', card] as const, ...pressed])('the golden of %s', async (name, message) => {
  await expect(`${renderMessage(message, frame)}\n`).toMatchFileSnapshot(`golden/${name}.html`)
})

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '<script>alert(1)</script>',
    '" onclick="x',
    "'><img src=x onerror=x>",
    'javascript:alert(1)',
    '&lt;',
    '</article>',
  ),
)

const message: fc.Arbitrary<PlatformMessage> = fc.tuple(hostile, hostile, hostile, hostile).map(([a, b, c, d]) => ({
  title: a,
  aside: d,
  blocks: [
    { block: 'text', inlines: [a, { bold: b }, { code: c }, { link: d, url: a }, { mention: b, name: c }] },
    { block: 'fields', fields: [{ label: a, value: [b] }] },
    { block: 'steps', steps: [{ label: c, detail: d, state: 'failed', seconds: 1 }] },
    { block: 'code', text: d },
    {
      block: 'buttons',
      buttons: [
        { label: a, press: press(b) },
        { label: c, url: d },
      ],
    },
  ],
}))

const TAG = /<\/?(article|header|h3|span|time|p|strong|code|a|dl|div|dt|dd|ol|li|pre|button)( [a-z-]+="[^"<>]*")*>/g

test('no text, whatever it is, becomes markup', () => {
  fc.assert(
    fc.property(message, (hostileMessage) => {
      const html = renderMessage(hostileMessage, frame)
      expect(html.replace(TAG, '')).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/)
      for (const tag of html.match(TAG) ?? []) {
        expect(tag).not.toMatch(/ on[a-z]+="/)
        for (const [, url] of tag.matchAll(/ href="([^"]*)"/g)) expect(url).toMatch(/^https?:/)
      }
    }),
  )
})

test('a link or button to anything but the web loses its address', () => {
  const html = renderMessage(
    {
      blocks: [
        { block: 'text', inlines: [{ link: 'here', url: 'javascript:alert(1)' }] },
        { block: 'buttons', buttons: [{ label: 'Open', url: 'data:text/html,x' }] },
      ],
    },
    frame,
  )
  expect(html).not.toMatch(/href|javascript|data:/)
})
