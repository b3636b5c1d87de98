import type { Asker, ChatInput, Form, Router } from '../../../bot/chat.js'
import type { CommandCall } from '../../../bot/message.js'
import { isRecord } from './http.js'
import type { Journal } from './journal.js'

/** What the page is told at once; everything else comes as messages. */
export type Answer = { readonly accepted: true } | { readonly form: Form } | { readonly choices: readonly string[] }

/** One input from the page: parsed at once; a form goes back, a refusal is posted, a run is on its way. */
export function ask(router: Router, journal: Journal, asker: Asker, eventKey: string, input: ChatInput): Answer {
  const parsed = router.parse(asker, input)
  switch (parsed.kind) {
    case 'form':
      return { form: parsed.form }
    case 'complete':
      return { choices: parsed.choices }
    case 'refuse':
      journal.post(asker.place, asker.identity.user, parsed.message)
      return { accepted: true }
    case 'run': {
      const { ended, refused } = router.accept({ asker, eventKey, sentAt: new Date() }, parsed.call, parsed.audience)
      if (refused !== null) journal.post(asker.place, asker.identity.user, refused)
      // How it ended is in its messages; the page waits for nothing else.
      ended.catch(() => undefined)
      return { accepted: true }
    }
  }
}

export function commandCall(value: unknown): CommandCall | null {
  if (!isRecord(value) || typeof value.command !== 'string' || !isRecord(value.args)) return null
  const args: Record<string, string> = {}
  for (const [name, text] of Object.entries(value.args)) {
    if (typeof text !== 'string') return null
    args[name] = text
  }
  return { command: value.command, args }
}

/** What was typed, without a leading `/sandbox`. */
export function wordsOf(text: string): string {
  return text.trimStart().replace(/^\/(sandbox(\s+|$))?/, '')
}
