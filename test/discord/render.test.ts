import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderForm } from '../../src/adapters/chat/discord/render-form.js'
import { renderMessage } from '../../src/adapters/chat/discord/render.js'
import { commands } from '../../src/bot/commands/all.js'
import type { ActionToken, Message, PlatformMessage } from '../../src/bot/message.js'
import { harmless } from '../../src/bot/plain-text.js'
import { everyCard, everyForm } from '../bot/every-card.js'
import { checkMessage } from '../peers/discord/check-message.js'
import { checkModal } from '../peers/discord/check-modal.js'
import { readMarkdown } from '../peers/discord/markdown.js'
import { shapeFindings } from '../peers/discord/schemas.js'
import { textDisplays } from '../peers/discord/world.js'
import { anyForm, anyMessage, words } from './any-message.js'

const menu = commands.map(({ need, ...rest }) => ({ ...rest, needsAdmin: need === 'admin' }))

/** Tokens as long as real ones, and readable. */
function minted(card: Message): PlatformMessage {
  const blocks = card.blocks.map((block): PlatformMessage['blocks'][number] => {
    if (block.block !== 'buttons') return block
    const buttons = block.buttons.map((button) => {
      if ('url' in button) return button
      const { once: _, ...rest } = button
      return { ...rest, press: `${button.label.replaceAll(/\W/g, '').padEnd(12, '0')}.mac` as ActionToken }
    })
    return { block: 'buttons', buttons }
  })
  return { ...card, blocks }
}

function golden(body: unknown): string {
  return `${JSON.stringify(body, null, 2)}\n`
}

describe('on Discord', () => {
  it.each(Object.entries(everyCard))('the card %s', async (name, card) => {
    const { payload } = renderMessage(minted(card), menu)
    await expect(golden(payload)).toMatchFileSnapshot(`../golden/discord/${name}.json`)
  })

  it.each(Object.entries(everyForm))('the form %s', async (name, form) => {
    await expect(golden(renderForm(form))).toMatchFileSnapshot(`../golden/discord/${name}.json`)
  })

  it('no message breaks a limit, whatever it says; it is never empty, and pings nobody', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const { payload, files } = renderMessage(message, menu)
        expect(shapeFindings('message', payload)).toEqual([])
        checkMessage(
          payload,
          'create',
          files.map(({ name }) => name),
          null,
        )
        expect(payload.allowed_mentions).toEqual({ parse: [] })
        expect(textDisplays(payload.components).flatMap((text) => readMarkdown(text).mentions)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('no form breaks a limit', () => {
    fc.assert(
      fc.property(anyForm, (form) => {
        const data = renderForm(form)
        expect(shapeFindings('response', { type: 9, data })).toEqual([])
        checkModal(data)
      }),
      { numRuns: 300 },
    )
  })

  it('hostile words are read as they were written: no link, no mark, nobody named', () => {
    fc.assert(
      fc.property(words, (text) => {
        const message: PlatformMessage = { blocks: [{ block: 'text', inlines: [text] }] }
        const [markdown = ''] = textDisplays(renderMessage(message, menu).payload.components)
        const read = readMarkdown(markdown)
        expect([read.links, read.mentions, read.marks]).toEqual([[], [], []])
        const shown = harmless(text)
        if (markdown.length < 3900 && shown.trim() !== '') expect(read.text).toBe(shown)
      }),
      { numRuns: 1000 },
    )
  })

  it('a card that is too long ends in …, and keeps its buttons', () => {
    const long = { ...minted(everyCard['sandbox-running'] ?? { blocks: [] }) }
    const text = { block: 'text' as const, inlines: ['long * words '.repeat(1000)] }
    const { payload } = renderMessage({ ...long, blocks: [text, ...long.blocks] }, menu)
    const all = textDisplays(payload.components).join('')
    expect(all.length).toBeLessThanOrEqual(4000)
    expect(all).toMatch(/…$/)
    expect(JSON.stringify(payload)).toContain('"label":"Delete"')
  })

  it('of more buttons than one message holds the last are dropped; all words stay', () => {
    const row = (index: number): PlatformMessage['blocks'] => [
      { block: 'text', inlines: [`line ${index}`] },
      { block: 'buttons', buttons: [{ label: `Show ${index}`, press: `t${index}` as ActionToken }] },
    ]
    const { payload } = renderMessage({ blocks: Array.from({ length: 30 }, (_, index) => row(index)).flat() }, menu)
    const json = JSON.stringify(payload)
    expect(
      textDisplays(payload.components)
        .join('\n')
        .match(/line \d+/g),
    ).toHaveLength(30)
    expect(json).toContain('"label":"Show 0"')
    expect(json).not.toContain('"label":"Show 29"')
  })

  it('what is dangerous comes last, in a row of its own; two buttons that do the same are both there', () => {
    const press = 'same' as ActionToken
    const buttons = [
      { label: 'Delete', press: 'gone' as ActionToken, style: 'danger' as const },
      { label: 'One', press },
      { label: 'Two', press },
    ]
    const { payload } = renderMessage({ blocks: [{ block: 'buttons', buttons }] }, menu)
    expect(payload.components).toMatchObject([
      { components: [{ custom_id: 'same' }, { custom_id: 'same~1' }] },
      { components: [{ label: 'Delete', style: 4 }] },
    ])
  })

  it('a command is named as it is typed here', () => {
    const named = (command: string): string => {
      const message: PlatformMessage = { blocks: [{ block: 'text', inlines: [{ command }] }] }
      return readMarkdown(textDisplays(renderMessage(message, menu).payload.components)[0] ?? '').text
    }
    expect(named('credentials myapp')).toBe('/sandbox credentials sandbox:myapp')
    expect(named('keys add ssh-ed25519 AAAA…')).toBe('/sandbox-me keys action:add key:ssh-ed25519 AAAA…')
    expect(named('list --all')).toBe('/sandbox list all:True')
    expect(named('sync')).toBe('/sandbox-admin sync')
  })

  it('a link leads to the web or nowhere', () => {
    const message: PlatformMessage = {
      blocks: [
        { block: 'text', inlines: [{ link: 'here', url: 'javascript:alert(1)' }] },
        { block: 'buttons', buttons: [{ label: 'Open', url: 'data:text/html,x' }] },
      ],
    }
    expect(JSON.stringify(renderMessage(message, menu).payload)).not.toMatch(/javascript|data:|"url"/)
  })
})
