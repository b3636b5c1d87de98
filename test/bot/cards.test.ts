import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refusal } from '../../src/bot/cards/refusal.js'
import { plainText } from '../../src/bot/plain-text.js'
import { UserError } from '../../src/core/errors.js'
import { everyCard } from './every-card.js'

describe('cards in plain text', () => {
  it.each(Object.entries(everyCard))('%s', async (name, message) => {
    await expect(`${plainText(message)}\n`).toMatchFileSnapshot(`../golden/${name}.txt`)
  })

  it('have at most five buttons in a row', () => {
    for (const [name, { blocks }] of Object.entries(everyCard)) {
      const counts = blocks.map((block) => (block.block === 'buttons' ? block.buttons.length : 0))
      expect([name, Math.max(0, ...counts) <= 5]).toEqual([name, true])
    }
  })

  it('show hostile words as words: no control characters, nothing that turns the reading direction', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (words) => {
        const text = plainText(refusal(new UserError('invalid', words, [{ label: words, command: 'show', args: {} }])))
        // eslint-disable-next-line no-control-regex
        expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/)
      }),
    )
  })
})
