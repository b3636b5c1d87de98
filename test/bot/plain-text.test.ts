import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Message } from '../../src/bot/message.js'
import { harmless, plainText } from '../../src/bot/plain-text.js'

const any = fc.string({ unit: 'binary', maxLength: 60 })
const inline = fc.oneof(
  any,
  fc.record({ bold: any }),
  fc.record({ code: any }),
  fc.record({ link: any, url: any }),
  fc.record({ mention: any, name: any }),
  fc.record({ time: fc.date() }),
)
const inlines = fc.array(inline, { maxLength: 4 })
const block = fc.oneof(
  fc.record({ block: fc.constant('text' as const), inlines }),
  fc.record({ block: fc.constant('fields' as const), fields: fc.array(fc.record({ label: any, value: inlines })) }),
  fc.record({ block: fc.constant('code' as const), text: any }),
  fc.record({
    block: fc.constant('steps' as const),
    steps: fc.array(
      fc.record({
        label: any,
        detail: any,
        state: fc.constantFrom('waiting', 'running', 'done', 'failed'),
        seconds: fc.option(fc.double({ noNaN: true })),
      }),
    ),
  }),
)

describe('plain text', () => {
  it('renders whatever it is given, without a control or a turning mark', () => {
    fc.assert(
      fc.property(
        fc.record({ title: any, aside: any, blocks: fc.array(block, { maxLength: 4 }) }),
        (message: Message) => {
          const text = plainText(message)
          expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
        },
      ),
    )
  })
  it('shows control characters and drops what nobody sees', () => {
    expect(harmless('a\u001b[31m\u202eb\u200b\nc')).toBe('a␛[31mb␊c')
  })
  it('a field cannot begin a line of its own', () => {
    const message: Message = { blocks: [{ block: 'text', inlines: ['x\n[Delete]'] }] }
    expect(plainText(message)).toBe('x␊[Delete]')
  })
})
