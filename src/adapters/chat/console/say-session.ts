import { randomUUID } from 'node:crypto'
import type { ChatInput, Form, Outcome, Parsed, Router } from '../../../bot/chat.js'
import type { PlatformMessage } from '../../../bot/message.js'
import type { Entry, Journal } from './journal.js'
import { askerOf, directPlace, isDirect, mayRead, type People } from './people.js'

export interface SayRequest {
  readonly as: string | undefined
  readonly words: readonly string[]
  readonly yes: boolean
}

/** One line of a say session's answer. */
export type SayLine =
  | { readonly message: string; readonly text: string; readonly data: PlatformMessage; readonly direct: boolean }
  | { readonly end: Outcome | 'usage'; readonly text?: string }

export interface SayContext {
  readonly router: Router
  readonly journal: Journal
  readonly people: People
  readonly plainText: (message: PlatformMessage) => string
  /** Resolves when every message that is on its way has been delivered. */
  readonly flush: () => Promise<void>
}

const MOST_FORMS = 3

/** One command from the terminal, in a place of its own, followed until it has ended and all is delivered. */
export async function saySession(context: SayContext, request: SayRequest, write: (line: SayLine) => void) {
  const person = context.people.find(request.as)
  if (!person) return write({ end: 'usage', text: whoMaySpeak(context.people, request.as ?? '') })
  const place = `say-${randomUUID()}`
  const asker = askerOf(person, place)
  const concerns = (entry: Entry) =>
    (entry.place === place || entry.place === directPlace(person.user)) && mayRead(person.user, entry)
  const unfollow = context.journal.follow((entry) => {
    if (!concerns(entry)) return
    const { id, message } = entry
    write({ message: id, text: context.plainText(message), data: message, direct: isDirect(entry.place) })
  })
  try {
    const parsed = answerForms((input) => context.router.parse(asker, input), request)
    if (typeof parsed === 'string') return write({ end: 'usage', text: parsed })
    if (parsed.kind === 'refuse') {
      context.journal.post(place, person.user, parsed.message)
      return write({ end: 'refused' })
    }
    const event = { asker, eventKey: place, sentAt: new Date() }
    const { ended, refused } = context.router.accept(event, parsed.call, parsed.audience)
    if (refused !== null) context.journal.post(place, person.user, refused)
    const outcome = await ended
    await context.flush()
    return write({ end: outcome })
  } finally {
    unfollow()
  }
}

type Settled = Extract<Parsed, { kind: 'run' | 'refuse' }>

/** Parses the words and answers what forms can be answered from here; a sentence where one cannot. */
function answerForms(parse: (input: ChatInput) => Parsed, request: SayRequest): Settled | string {
  let parsed = parse({ kind: 'words', text: request.words.join(' ') })
  for (let forms = 0; forms < MOST_FORMS && parsed.kind === 'form'; forms += 1) {
    const answers = answersTo(parsed.form, request.yes)
    if (typeof answers === 'string') return answers
    parsed = parse({ kind: 'form', token: parsed.form.token, answers })
  }
  if (parsed.kind === 'run' || parsed.kind === 'refuse') return parsed
  return 'That cannot be said in one line. Try: sandpiper say help'
}

function answersTo(form: Form, yes: boolean): Readonly<Record<string, string>> | string {
  const known = form.call.args
  const open = form.fields.filter((field) => (known[field.name] ?? '') === '')
  const answers = Object.fromEntries(open.filter(({ value }) => value !== '').map(({ name, value }) => [name, value]))
  const missing = open.filter((field) => field.required && field.value === '')
  const [first] = missing
  if (!first) return !form.danger || yes ? answers : `${form.title} Add --yes to go on.`
  if (missing.length > 1 || first.name !== 'confirm') {
    const names = missing.map((field) => field.label).join(', ')
    return `${form.call.command} needs more: ${names}. See: sandpiper say help ${form.call.command}`
  }
  if (!yes) return `${form.text === '' ? form.title : form.text} In a terminal, add --yes to go on.`
  return { ...answers, confirm: known.sandbox ?? '' }
}

function whoMaySpeak(people: People, wanted: string): string {
  const names = people.all.map((one) => one.user).join(', ')
  return people.mayChoose
    ? `I do not know ${wanted} here. --as takes one of: ${names}.`
    : `Choosing an identity is for the demo; here you speak as ${names}. Leave --as away.`
}
