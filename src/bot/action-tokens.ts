import { createHmac, timingSafeEqual } from 'node:crypto'
import { UserError } from '../core/errors.js'
import { identityText, type Identity } from '../core/person.js'
import type { Clock } from '../core/ports.js'
import type { ActionToken, Block, Button, CommandCall, Message, PlatformMessage } from './message.js'
import type { Actions } from './ports.js'

const LIFETIME_MS = 30 * 24 * 3_600_000
const ONCE_LIFETIME_MS = 15 * 60_000
const REMEMBERED = 2000

/** Buttons carry `id.hmac`: short, bound, expiring. What one does stays in the database. */
export class ActionTokens {
  /** A message that is edited each second keeps its buttons' rows. */
  private readonly minted = new Map<string, ActionToken>()

  constructor(
    private readonly actions: Actions,
    private readonly key: Uint8Array,
    private readonly clock: Clock,
  ) {}

  mint(message: Message, boundTo: Identity | null): PlatformMessage {
    const bound = boundTo === null ? null : identityText(boundTo)
    return { ...message, blocks: message.blocks.map((block) => this.block(block, bound)) }
  }

  /** Throws UserError('gone') for what is forged, expired, or another one's. */
  open(token: string, presser: Identity): CommandCall {
    const [id = '', mac = ''] = token.split('.')
    const given = Buffer.from(mac)
    const right = Buffer.from(this.mac(id))
    if (given.length !== right.length || !timingSafeEqual(given, right)) throw gone()
    const action = this.actions.find(id)
    if (action === undefined || action.expiresAt.getTime() <= this.clock.now().getTime()) throw gone()
    if (action.boundTo !== null && action.boundTo !== identityText(presser)) {
      throw new UserError(
        'not-allowed',
        'This button is for the one who asked. Send the command yourself: `/sandbox help`',
      )
    }
    if (action.isOnce && !this.actions.take(id)) throw gone()
    return action.call
  }

  /** What a form carries in place of the call that it completes. */
  ofCall(call: CommandCall, boundTo: Identity): ActionToken {
    return this.token(call, identityText(boundTo))
  }

  private block(block: Block, bound: string | null): Block<ActionToken> {
    if (block.block !== 'buttons') return block
    return { block: 'buttons', buttons: block.buttons.map((button) => this.button(button, bound)) }
  }

  private button(button: Button, bound: string | null): Button<ActionToken> {
    if ('url' in button) return button
    const { once, ...rest } = button
    if (once === undefined || bound === null) return { ...rest, press: this.token(button.press, bound) }
    return { ...rest, press: this.onceToken(button.press, bound) }
  }

  private onceToken(call: CommandCall, bound: string): ActionToken {
    const expiresAt = new Date(this.clock.now().getTime() + ONCE_LIFETIME_MS)
    return this.signed(this.actions.rememberOnce(call, bound, expiresAt))
  }

  private token(call: CommandCall, bound: string | null): ActionToken {
    const now = this.clock.now().getTime()
    const day = Math.floor(now / (24 * 3_600_000))
    const same = JSON.stringify([call.command, call.args, bound, day])
    const known = this.minted.get(same)
    if (known !== undefined) return known
    const id = this.actions.remember(call, bound, new Date(now + LIFETIME_MS))
    const token = this.signed(id)
    if (this.minted.size >= REMEMBERED) this.minted.clear()
    this.minted.set(same, token)
    return token
  }

  private signed(id: string): ActionToken {
    return `${id}.${this.mac(id)}` as ActionToken
  }

  private mac(id: string): string {
    return createHmac('sha256', this.key).update(id).digest().subarray(0, 12).toString('base64url')
  }
}

function gone(): UserError {
  return new UserError('gone', 'This button is too old. Show the sandbox again: `/sandbox show` and its name')
}
