import type { ActionToken, Message, PlatformMessage } from '../../src/bot/message.js'

const TOKEN = 'AAAAAAAAAAAA.AAAAAAAAAAAAAAAA' as ActionToken

/** A card as platforms get it, each button with a token of the real length. */
export function minted(card: Message): PlatformMessage {
  const blocks = card.blocks.map((block): PlatformMessage['blocks'][number] => {
    if (block.block !== 'buttons') return block
    return { block: 'buttons', buttons: block.buttons.map((one) => ('url' in one ? one : { ...one, press: TOKEN })) }
  })
  return { ...card, blocks }
}
