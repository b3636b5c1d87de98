/** What Slack allows, in characters and items; from its documentation and the comments of its own types. */
export const LIMITS = {
  messageBlocks: 50,
  viewBlocks: 100,
  blockId: 255,
  header: 150,
  contextText: 3000,
  richText: 3000,
  buttons: 25,
  buttonText: 75,
  url: 3000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  viewTitle: 24,
  inputLabel: 2000,
  options: 100,
  optionText: 75,
  textInput: 3000,
  /** Of the words beside the blocks, marks escaped. */
  text: 4000,
  /** Of all blocks as JSON. Not written down: people report refusals from about 13,000 on. */
  messageJson: 12_000,
  viewJson: 60_000,
} as const

/** At most so many characters, the last of them `…` where something was left out. Never half a character. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  return `${head(text, most - 1)}…`
}

/** The first characters of a text, whole ones. */
export function head(text: string, most: number): string {
  const end = Math.max(0, most)
  const isHalf = /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) && /[\uDC00-\uDFFF]/.test(text.charAt(end))
  return text.slice(0, isHalf ? end - 1 : end)
}
