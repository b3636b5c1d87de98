import type { Asker, ChatInput, Form, Router } from '../../../bot/chat.js'
import type { PlatformMessage } from '../../../bot/message.js'

const REMEMBERED = 5000

/** What somebody did, whichever way it came. */
export interface Act {
  readonly asker: Asker
  /** Slack's own id of it: the same however often it is delivered. */
  readonly key: string
  readonly sentAt: Date
  readonly input: ChatInput
}

/** What it comes to. `again`: it was delivered before, and is dealt with. */
export type Verdict =
  | { readonly kind: 'again' }
  | { readonly kind: 'taken'; readonly ended: Promise<unknown> }
  | { readonly kind: 'form'; readonly form: Form }
  | { readonly kind: 'refused'; readonly message: PlatformMessage }

/** From what somebody did to a request that is written down: synchronous, so that it can be acknowledged at once. */
export class Intake {
  /** What came of late: the library drops nothing that comes twice, and the inbox knows only what was written down. */
  private readonly seen = new Set<string>()

  constructor(private readonly router: Router) {}

  take({ asker, key, sentAt, input }: Act): Verdict {
    if (this.seen.has(key)) return { kind: 'again' }
    const verdict = this.decide({ asker, key, sentAt, input })
    if (this.seen.size >= REMEMBERED) this.seen.delete(this.seen.keys().next().value ?? '')
    this.seen.add(key)
    return verdict
  }

  private decide({ asker, key, sentAt, input }: Act): Verdict {
    const parsed = this.router.parse(asker, input)
    switch (parsed.kind) {
      case 'form':
        return { kind: 'form', form: parsed.form }
      case 'refuse':
        return { kind: 'refused', message: parsed.message }
      case 'complete':
        return { kind: 'refused', message: { blocks: [{ block: 'text', inlines: [parsed.choices.join(' ')] }] } }
      case 'run': {
        const accepted = this.router.accept({ asker, eventKey: key, sentAt }, parsed.call, parsed.audience)
        if (accepted.refused !== null) return { kind: 'refused', message: accepted.refused }
        return { kind: 'taken', ended: accepted.ended }
      }
      default:
        return parsed satisfies never
    }
  }
}
