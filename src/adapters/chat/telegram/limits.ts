/** What the Bot API allows; from its documentation where nothing else is said. */
export const LIMITS = {
  /** Characters after markup. Counted here in UTF-16 units, of which there are never fewer. */
  text: 4096,
  caption: 1024,
  /** What an answered press shows. */
  alert: 200,
  callbackBytes: 64,
  /** Telegram drops what is beyond a hundred without a word; the rest is for what it finds by itself. */
  entities: 80,
  /** Of the HTML, before it is read: 32 KiB, by the server's source. */
  htmlBytes: 32_000,
  buttons: 100,
  /** Not a limit of Telegram's: what a phone shows without cutting labels. */
  buttonsInARow: 3,
  charactersInARow: 36,
  label: 64,
  url: 2000,
  photoBytes: 10 * 2 ** 20,
  /** Width and height together. */
  photoPixels: 10_000,
  photoRatio: 20,
  fileBytes: 50 * 2 ** 20,
  fileName: 60,
  commandName: /^[a-z0-9_]{1,32}$/,
  commandSummary: 256,
} as const

/** The address in the form in which Telegram takes it for a link or a button; null where it does not. */
export function linkAddress(url: string): string | null {
  if (!URL.canParse(url)) return null
  const { protocol, hostname, href } = new URL(url)
  const isWeb = protocol === 'http:' || protocol === 'https:'
  // A host of one word is refused for a button, and dropped without a word in a text.
  return isWeb && /[.[]/.test(hostname) && href.length <= LIMITS.url ? href : null
}

/** Whether Telegram shows these bytes as a picture; otherwise they can still be a file. */
export function isPhoto(bytes: Buffer): boolean {
  const isPng = bytes.length > 24 && bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex'))
  if (!isPng || bytes.length > LIMITS.photoBytes) return false
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  const isThin = Math.max(width / height, height / width) > LIMITS.photoRatio
  return width > 0 && height > 0 && width + height <= LIMITS.photoPixels && !isThin
}

/** At most so many UTF-16 units, with `…` where something is missing. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${firstOf(text, most - 1)}…`
}

/** The first so many UTF-16 units, or one fewer: no character is cut in two. */
export function firstOf(text: string, most: number): string {
  const isHalf = /[\uD800-\uDBFF]/.test(text.charAt(most - 1))
  return text.slice(0, Math.max(0, isHalf ? most - 1 : most))
}
