import type { ActionToken, Message, PlatformMessage } from '../../src/bot/message.js'

/** As platforms get it, with tokens that name their buttons: `t-Stop`. */
export function withTokens(card: Message): PlatformMessage {
  const blocks = card.blocks.map((block): PlatformMessage['blocks'][number] => {
    if (block.block !== 'buttons') return block
    const buttons = block.buttons.map((button) => {
      if ('url' in button) return button
      const { once: _, ...rest } = button
      return { ...rest, press: `t-${button.label.replaceAll(/\W/g, '')}` as ActionToken }
    })
    return { block: 'buttons', buttons }
  })
  return { ...card, blocks }
}
