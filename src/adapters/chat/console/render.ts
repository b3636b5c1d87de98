import type { ActionToken, Block, Button, Field, PlatformMessage } from '../../../bot/message.js'
import { escapeHtml, webAddress } from './escape.js'
import { renderInlines } from './render-inline.js'
import { renderSteps } from './render-steps.js'

/** What surrounds a message on the page. */
export interface Frame {
  readonly id: string
  readonly postedAt: Date
  /** Others who read the place do not see it. */
  readonly only: boolean
}

const MARKS: Readonly<Record<string, string>> = { '●': 'running', '○': 'stopped', '◐': 'working', '✕': 'failed' }

/** A message as one <article>; pure, and everything in it that people wrote is escaped. */
export function renderMessage(message: PlatformMessage, frame: Frame): string {
  const tone = message.tone ?? 'plain'
  const card = message.blocks.some((block) => block.block !== 'text') ? ' card' : ''
  return [
    `<article class="message tone-${tone}${card}" data-id="${escapeHtml(frame.id)}">`,
    '<header>',
    message.title === undefined ? '' : `<h3>${renderTitle(message.title)}</h3>`,
    `<span class="meta">${beside(message.aside, 'aside')}${beside(frame.only ? 'only you see this' : undefined, 'only')}`,
    `<time datetime="${frame.postedAt.toISOString()}"></time></span>`,
    '</header>',
    ...message.blocks.map(renderBlock),
    '</article>',
  ]
    .filter((part) => part !== '')
    .join('\n')
}

function beside(words: string | undefined, kind: string): string {
  return words === undefined ? '' : `<span class="${kind}">${escapeHtml(words)}</span>`
}

function renderTitle(title: string): string {
  const [mark = ''] = title
  const state = MARKS[mark]
  if (state === undefined) return escapeHtml(title)
  return `<span class="mark mark-${state}" aria-hidden="true">${mark}</span> ${escapeHtml(title.slice(mark.length).trimStart())}`
}

function renderBlock(block: Block<ActionToken>): string {
  switch (block.block) {
    case 'text':
      return `<p>${renderInlines(block.inlines)}</p>`
    case 'fields':
      return `<dl>\n${block.fields.map(renderField).join('\n')}\n</dl>`
    case 'steps':
      return renderSteps(block.steps)
    case 'code':
      return `<pre tabindex="0"><code>${escapeHtml(block.text)}</code></pre>`
    case 'buttons':
      return `<div class="buttons">\n${block.buttons.map(renderButton).join('\n')}\n</div>`
    case 'file': {
      const name = escapeHtml(block.name)
      const href = `data:application/octet-stream;base64,${escapeHtml(block.base64)}`
      return `<div class="buttons"><a class="button link" href="${href}" download="${name}">${name}</a></div>`
    }
    case 'image':
      return `<img alt="${escapeHtml(block.alt)}" src="data:image/png;base64,${escapeHtml(block.base64)}">`
    default:
      return block satisfies never
  }
}

function renderField(field: Field): string {
  return `<div><dt>${escapeHtml(field.label)}</dt><dd>${renderInlines(field.value)}</dd></div>`
}

function renderButton(button: Button<ActionToken>): string {
  const label = escapeHtml(button.label)
  if ('press' in button) {
    const style = button.style === undefined ? '' : ` ${button.style}`
    return `<button type="button" class="button${style}" data-token="${escapeHtml(button.press)}">${label}</button>`
  }
  const href = webAddress(button.url)
  if (href === null) return `<span class="button off">${label}</span>`
  return `<a class="button link" href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer">${label}</a>`
}
