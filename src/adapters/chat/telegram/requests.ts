import type { Accepted, Asker, ChatInput, Form, Parsed, Router } from '../../../bot/chat.js'
import type { CommandCall } from '../../../bot/message.js'
import type { Clock } from '../../../core/ports.js'
import { isOld, type Event } from './event.js'
import type { Voice } from './voice.js'

export interface RequestsParts {
  readonly router: Router
  readonly voice: Voice
  readonly clock: Clock
  readonly ask: (event: Event, form: Form) => void
}

/** What is asked for goes to the router, and what it says at once comes back. Written down when a method returns. */
export class Requests {
  constructor(private readonly parts: RequestsParts) {}

  take(event: Event, input: ChatInput): void {
    this.act(event, this.parse(event.asker, input))
  }

  parse(asker: Asker, input: ChatInput): Parsed {
    return this.parts.router.parse(asker, input)
  }

  act(event: Event, parsed: Parsed): void {
    switch (parsed.kind) {
      case 'run':
        return this.heed(event, this.parts.router.accept(event, parsed.call, parsed.audience))
      case 'form':
        return this.isTooLate(event) ? this.tellTooLate(event, parsed.form.call) : this.parts.ask(event, parsed.form)
      case 'refuse':
        return this.parts.voice.tell(event.asker, parsed.message)
      case 'complete':
        return
      default:
        parsed satisfies never
    }
  }

  isTooLate(event: Event): boolean {
    return isOld(event, this.parts.clock.now())
  }

  /** It is not carried out, whatever is missing of it: the router answers so. */
  tellTooLate(event: Event, call: CommandCall): void {
    this.heed(event, this.parts.router.accept(event, call, 'caller'))
  }

  private heed(event: Event, { refused }: Accepted): void {
    if (refused !== null) this.parts.voice.tell(event.asker, refused)
  }
}
