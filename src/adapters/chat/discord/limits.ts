/** What Discord allows, by its documentation; lengths are UTF-16 code units, never more than what Discord counts. */
export const limits = {
  /** Of one message, those within others included. */
  components: 40,
  /** All that is shown of one message, labels of buttons included. */
  text: 4000,
  title: 200,
  buttonsInRow: 5,
  buttonLabel: 80,
  buttonUrl: 512,
  alt: 200,
  attachments: 10,
  /** Bytes that every server takes. */
  attachment: 10_000_000,
  form: { title: 45, parts: 5, label: 45, description: 100, text: 1000, options: 25, option: 100, value: 4000 },
  /** Choices of a command's option, and those that complete it. */
  choices: 25,
  choice: 100,
  commandDescription: 100,
  subCommands: 25,
} as const

/** Cut by whole characters, so that no half of one is left. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  let kept = ''
  for (const character of text) {
    if (kept.length + character.length > most - 1) break
    kept += character
  }
  return `${kept}…`
}
