import type { App, BlockAction, ButtonAction, ViewSubmitAction } from '@slack/bolt'
import type { Router } from '../../../bot/chat.js'
import { plainText } from '../../../bot/plain-text.js'
import { identityText } from '../../../core/person.js'
import type { Clock } from '../../../core/ports.js'
import { actOfCommand, actOfForm, actOfPress, actOfWords, askerAt, type Said } from './acts.js'
import type { Session } from './connection.js'
import type { Directs } from './directs.js'
import type { Act, Intake, Verdict } from './intake.js'
import type { Names } from './names.js'
import type { Reception } from './reception.js'
import { FORM, refusedAnswers, renderForm } from './render-form.js'
import type { ResponseAddresses } from './response-addresses.js'
import { identityOf, isAtHome } from './self.js'

const PATIENCE_MS = 1000

export interface ListenerParts {
  readonly router: Router
  readonly intake: Intake
  readonly reception: Reception
  readonly answers: ResponseAddresses
  readonly directs: Directs
  readonly names: Names
  readonly session: () => Session
  readonly clock: Clock
}

/** What the bot hears. Each becomes an act, and is acknowledged as soon as that is written down. */
export function listen(app: App, parts: ListenerParts): void {
  const { intake, reception, answers, names, session, clock } = parts

  app.command('/sandbox', async ({ command, ack }) => {
    const isDirect = await isOwnDirect(parts, command.channel_id, command.user_id)
    const act = actOfCommand(session().self, command, isDirect, clock.now())
    names.learn(command.user_id, command.user_name)
    answers.remember(act.key, identityText(act.asker.identity), command.response_url)
    await taken(act, ack)
  })

  app.action<BlockAction<ButtonAction>>(/^press:/, async ({ body, ack }) => {
    const isDirect = await isOwnDirect(parts, body.channel?.id ?? '', body.user.id)
    const act = actOfPress(session().self, body, isDirect)
    if (act === null) return ack()
    answers.remember(act.key, identityText(act.asker.identity), body.response_url)
    await taken(act, ack)
  })
  // Slack tells of buttons that are links, too.
  app.action(/^open:/, ({ ack }) => ack())

  app.view<ViewSubmitAction>({ type: 'view_submission', callback_id: FORM }, async ({ body, ack }) => {
    const act = actOfForm(session().self, body, clock.now())
    if (act === null) return ack()
    const verdict = intake.take(act)
    if (verdict.kind === 'form') {
      return ack({ response_action: 'update', view: renderForm(verdict.form, act.asker.place) })
    }
    if (verdict.kind === 'refused') {
      const errors = refusedAnswers(body.view, plainText({ ...verdict.message, blocks: wordsOnly(verdict) }))
      if (Object.keys(errors).length > 0) return ack({ response_action: 'errors', errors })
    }
    await ack()
    await reception.follow(act.asker, verdict, null)
  })

  app.message(async ({ event, body }) => {
    // Of all that Slack calls a message, what somebody wrote: no edits, nothing of a bot's.
    if (event.subtype !== undefined || event.channel_type !== 'im' || event.bot_id !== undefined) return
    const { user, team, text = '', channel, thread_ts: thread = null, ts } = event
    parts.directs.learn(user, channel)
    const enterprise = body.enterprise_id
    await heard({ key: body.event_id, user, team, enterprise, text, channel, thread, ts, isDirect: true })
  })

  app.event('app_mention', async ({ event, body }) => {
    if (event.user === undefined || event.bot_id !== undefined) return
    const { user, user_team: foreign, team = foreign, text, channel, ts, thread_ts: thread = ts } = event
    const enterprise = body.enterprise_id
    await heard({ key: body.event_id, user, team, enterprise, text, channel, thread, ts, isDirect: false })
  })

  app.event('app_home_opened', async ({ event, body }) => {
    const { user, channel, tab } = event
    const identity = identityOf(session().self, { user, team: body.team_id, enterprise: body.enterprise_id })
    if (!isAtHome(session().self, identity)) return
    parts.directs.learn(user, channel)
    parts.router.reachable(identity)
    if (tab !== 'home') return
    const name = await names.of(session().web, user)
    void reception.openHome(askerAt(identity, name, { channel: `@${channel}`, thread: null, event: '' }))
  })

  async function heard(said: Said): Promise<void> {
    const { web, self } = session()
    const act = actOfWords(self, said, await names.of(web, said.user))
    if (said.isDirect) parts.router.reachable(act.asker.identity)
    const verdict = intake.take(act)
    void reception.follow(act.asker, verdict, null)
  }

  async function taken(act: Act, ack: () => Promise<void>): Promise<void> {
    const verdict = intake.take(act)
    await ack()
    // Of commands and buttons the key is the trigger that opens one form.
    await reception.follow(act.asker, verdict, act.key)
  }
}

/** A command can be typed, and a button stand, in a direct message of other people too. */
async function isOwnDirect({ directs, session }: ListenerParts, channel: string, user: string): Promise<boolean> {
  if (!channel.startsWith('D')) return false
  const known = directs.channelOf(session().web, user).catch(() => 'refused')
  const late = new Promise<string>((resolve) => setTimeout(resolve, PATIENCE_MS, 'refused').unref())
  return (await Promise.race([known, late])) === channel
}

function wordsOnly({
  message,
}: Extract<Verdict, { kind: 'refused' }>): Extract<Verdict, { kind: 'refused' }>['message']['blocks'] {
  return message.blocks.filter(({ block }) => block !== 'buttons')
}
