import type { Inline } from '../../../bot/message.js'
import { escapeHtml, webAddress } from './escape.js'

export function renderInlines(inlines: readonly Inline[]): string {
  return inlines.map(renderInline).join('')
}

function renderInline(inline: Inline): string {
  if (typeof inline === 'string') return escapeHtml(inline)
  if ('bold' in inline) return `<strong>${escapeHtml(inline.bold)}</strong>`
  if ('code' in inline) return `<code>${escapeHtml(inline.code)}</code>`
  if ('command' in inline) return `<code>/sandbox ${escapeHtml(inline.command)}</code>`
  if ('mention' in inline) return `<span class="mention">${escapeHtml(inline.name)}</span>`
  if ('time' in inline) return renderTime(inline.time)
  return renderLink(inline.link, inline.url)
}

/** The exact time; the page shows it as a relative one. */
function renderTime(time: Date): string {
  if (Number.isNaN(time.getTime())) return 'at an unknown time'
  const iso = time.toISOString()
  return `<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`
}

function renderLink(label: string, url: string): string {
  const href = webAddress(url)
  if (href === null) return escapeHtml(label)
  return `<a href="${escapeHtml(href)}" target="_blank" rel="noopener noreferrer">${escapeHtml(label)}</a>`
}
