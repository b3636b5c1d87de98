import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAnswers, readContext, renderForm } from '../../src/adapters/chat/slack/render-form.js'
import { render, renderHome } from '../../src/adapters/chat/slack/render.js'
import type { PlatformMessage } from '../../src/bot/message.js'
import { harmless } from '../../src/bot/plain-text.js'
import { everyCard, everyForm } from '../bot/every-card.js'
import { withTokens } from '../bot/with-tokens.js'
import { blockErrors, viewErrors } from '../peers/slack/check-payload.js'
import { contentOf } from '../peers/slack/content.js'
import { shown } from '../peers/slack/shown.js'
import { anyForm, anyMessage, hostile } from './any-message.js'

/** As it looks, and as it is sent. */
function golden(blocks: Parameters<typeof shown>[0], payload: object): string {
  return `${shown(blocks)}\n\n${JSON.stringify(payload, null, 2)}\n`
}

describe('cards on Slack', () => {
  it.each(Object.entries(everyCard))('%s', async (name, card) => {
    const payload = render(withTokens(card))
    expect(contentOf(payload)).toMatchObject({ pings: [] })
    await expect(golden(payload.blocks, payload)).toMatchFileSnapshot(`../golden/slack/${name}.txt`)
  })

  it.each(Object.entries(everyForm))('%s', async (name, form) => {
    const view = renderForm(form, 'C1::')
    expect(viewErrors(view)).toEqual([])
    await expect(golden(view.blocks as never, view)).toMatchFileSnapshot(`../golden/slack/${name}.txt`)
  })

  it.each(['home', 'home-empty'])('%s as the home tab', async (name) => {
    const view = renderHome(withTokens(everyCard[name] ?? { blocks: [] }))
    expect(viewErrors(view)).toEqual([])
    await expect(golden(view.blocks as never, view)).toMatchFileSnapshot(`../golden/slack/${name}-tab.txt`)
  })
})

describe('any message', () => {
  it('keeps within what Slack writes down, and notifies nobody', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const payload = render(message)
        expect(contentOf(payload, 'none')).toMatchObject({ pings: [] })
        expect(payload.text).not.toBe('')
      }),
      { numRuns: 300 },
    )
  })

  it('keeps within it as a home tab', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(viewErrors(renderHome(message))).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  it('of a form too; what it carries comes back', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(anyForm, (form) => {
        const view = renderForm(form, 'C1:1.2:e')
        expect(viewErrors(view)).toEqual([])
        expect(readContext(view.private_metadata ?? '')).toEqual({ token: form.token, place: 'C1:1.2:e' })
      }),
      { numRuns: 200 },
    )
  })

  it.each(hostile)('shows hostile words as words: %j', (words) => {
    const message: PlatformMessage = { blocks: [{ block: 'text', inlines: [words, { bold: words }, { code: words }] }] }
    const { blocks } = render(message)
    expect(blockErrors(blocks)).toEqual([])
    const said = shown(blocks).replaceAll('\n', '')
    const whole = harmless(words).repeat(3)
    expect(said === whole || (said.endsWith('…') && whole.startsWith(said.slice(0, -1)))).toBe(true)
    // Nothing of it is markup: Slack reads none in rich text.
    expect(JSON.stringify(blocks)).not.toContain('mrkdwn')
  })

  it('drops its buttons last', () => {
    const text = { block: 'text', inlines: ['x'.repeat(9000)] } as const
    const buttons = { block: 'buttons', buttons: [{ label: 'Open', url: 'https://a.example' }] } as const
    const { blocks } = render({ title: 'T', blocks: [...Array.from({ length: 60 }, () => text), buttons] })
    expect(blocks.at(-1)).toMatchObject({ type: 'actions' })
    expect(blockErrors(blocks)).toEqual([])
  })

  it('tells no password to a lock screen', () => {
    const { text } = render(withTokens(everyCard['login'] ?? { blocks: [] }))
    expect(text).toBe("Login for myapp's agent")
  })

  it('reads what was filled in, by the names of the fields', () => {
    const values = {
      '0:port': { answer: { value: '3000' } },
      '1:size': { answer: { selected_option: { value: 'l' } } },
    }
    expect(readAnswers({ ...values, '2:more': { answer: { value: null } } })).toEqual({ port: '3000', size: 'l' })
    expect(readContext('{"token":1}')).toBeNull()
    expect(readContext('no JSON')).toBeNull()
  })
})
