import type { Asker, ChatInput, Form, Router } from '../../../bot/chat.js'
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

/** A form's answers by name; null where that is not what came. */
export function answersOf(value: unknown): Readonly<Record<string, string>> | null {
  if (!isRecord(value)) return null
  const answers = Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string')
  return answers.length === Object.keys(value).length ? Object.fromEntries(answers) : null
}

/** What was typed, without a leading `/sandbox`. */
export function wordsOf(text: string): string {
  return text.trimStart().replace(/^\/(sandbox(\s+|$))?/, '')
}
