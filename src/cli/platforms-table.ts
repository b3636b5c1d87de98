import type { PlatformLine } from '../control.js'

/** One chat platform a paragraph: how it is, what to do about it, and how people are brought to it. */
export function showPlatforms(lines: readonly PlatformLine[]): string {
  return lines.map((line) => paragraph(line).join('\n')).join('\n')
}

function paragraph({ name, health, invitation }: PlatformLine): readonly string[] {
  const link = invitation === null ? [] : [`  Link: ${invitation}`]
  switch (health.state) {
    case 'up':
      return [`✓ ${name}: up`, ...link]
    case 'connecting':
      return [`? ${name}: is connecting; look again in a moment`, ...link]
    case 'down':
      return [`✕ ${name}: ${health.reason}`, `  Fix: ${health.fix}`, ...link]
    default:
      return health satisfies never
  }
}
