import type { Asker, Form, Router } from '../../../bot/chat.js'
import { RateLimited } from '../../../bot/chat.js'
import type { PlatformMessage } from '../../../bot/message.js'
import type { Log } from '../../../bot/ports.js'
import type { Session } from './connection.js'
import type { Delivery } from './delivery.js'
import type { Verdict } from './intake.js'
import { renderForm } from './render-form.js'
import { renderHome } from './render.js'

const LONGEST_WAIT_MS = 60_000

export interface ReceptionParts {
  readonly router: Router
  readonly delivery: Delivery
  readonly session: () => Session
  readonly log: Log
}

/** What people get at once: a form, a refusal, their home tab. Everything else comes through the outbox. */
export class Reception {
  /** Whose home tab has been opened since the start: it is kept true as what they ask for ends. */
  private readonly atHome = new Set<string>()

  constructor(private readonly parts: ReceptionParts) {}

  /** `trigger`: with which a form can be opened, for three seconds; null where what was done brings none. */
  async follow(asker: Asker, verdict: Verdict, trigger: string | null): Promise<void> {
    try {
      switch (verdict.kind) {
        case 'again':
          return
        case 'taken':
          void verdict.ended.then(() => this.renewHome(asker)).catch(this.failed)
          return
        case 'form':
          return await this.ask(asker, verdict.form, trigger)
        case 'refused':
          return await this.tell(asker, verdict.message)
        default:
          return verdict satisfies never
      }
    } catch (error) {
      this.failed(error)
    }
  }

  async openHome(asker: Asker): Promise<void> {
    this.atHome.add(asker.identity.user)
    await this.publishHome(asker).catch(this.failed)
  }

  private async renewHome(asker: Asker): Promise<void> {
    if (this.atHome.has(asker.identity.user)) await this.publishHome(asker)
  }

  private async publishHome(asker: Asker): Promise<void> {
    const view = renderHome(this.parts.router.home(asker))
    const { web } = this.parts.session()
    await web.call('views.publish', '', (client) => client.views.publish({ user_id: asker.identity.user, view }))
  }

  private async ask(asker: Asker, form: Form, trigger: string | null): Promise<void> {
    if (trigger === null) return this.offer(asker, form)
    const view = renderForm(form, asker.place)
    const { web } = this.parts.session()
    try {
      await web.call('views.open', '', (client) => client.views.open({ trigger_id: trigger, view }))
    } catch (error) {
      this.failed(error)
      await this.offer(asker, form)
    }
  }

  /** Where no form can be opened: a button that can. */
  private async offer(asker: Asker, form: Form): Promise<void> {
    const style = form.danger ? 'danger' : 'primary'
    await this.tell(asker, {
      title: form.title,
      blocks: [
        { block: 'text', inlines: [form.text] },
        { block: 'buttons', buttons: [{ label: 'Fill in', press: form.token, style }] },
      ],
    })
  }

  private async tell(asker: Asker, message: PlatformMessage): Promise<void> {
    const { delivery } = this.parts
    const post = (): Promise<unknown> => delivery.post(asker.place, asker.identity, message, false)
    try {
      await post()
    } catch (error) {
      if (!(error instanceof RateLimited) || error.retryAfterMs > LONGEST_WAIT_MS) throw error
      setTimeout(() => void post().catch(this.failed), error.retryAfterMs).unref()
    }
  }

  private readonly failed = (error: unknown): void => {
    this.parts.log('something could not be said on Slack', { error })
  }
}
