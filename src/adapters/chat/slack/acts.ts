import type { BlockAction, ButtonAction, SlashCommand, ViewSubmitAction } from '@slack/bolt'
import type { Asker, ChatInput } from '../../../bot/chat.js'
import type { ActionToken } from '../../../bot/message.js'
import { directOf, readPlace, writePlace, type Place } from './place.js'
import { readAnswers, readContext } from './render-form.js'
import { identityOf, type Self } from './self.js'
import type { Act } from './intake.js'
import { typedWords } from './typed-words.js'

/** The parts of an event that people make by writing to the bot. */
export interface Said {
  readonly key: string
  readonly user: string
  readonly team: string | undefined
  readonly enterprise: string | undefined
  readonly text: string
  readonly channel: string
  /** Of the message that began the thread, or would begin one. */
  readonly thread: string | null
  /** Seconds since 1970, with a fraction. */
  readonly ts: string
  readonly isDirect: boolean
}

/** `isDirect`: the channel is the direct message of the bot with them, not theirs with somebody else. */
export function actOfCommand(self: Self, command: SlashCommand, isDirect: boolean, now: Date): Act {
  const { user_id: user, team_id: team, enterprise_id: enterprise, channel_id: channel, trigger_id: key } = command
  const identity = identityOf(self, { user, team, enterprise })
  const place = { channel: isDirect ? `@${channel}` : channel, thread: null, event: key }
  // Slack tells of a command within three seconds, or never; it does not say when it was typed.
  const input = { kind: 'words', text: typedWords(command.text, self.user) } as const
  return { asker: askerAt(identity, command.user_name, place), key, sentAt: now, input }
}

export function actOfPress(self: Self, body: BlockAction<ButtonAction>, isDirect: boolean): Act | null {
  const [action] = body.actions
  const { user, trigger_id: key } = body
  if (action?.value === undefined) return null
  const container = body.container as { readonly channel_id?: string; readonly thread_ts?: string }
  const channel = body.channel?.id ?? container.channel_id
  const identity = identityOf(self, { user: user.id, team: user.team_id, enterprise: body.enterprise?.id })
  const place: Place = {
    channel: channel === undefined ? `@${user.id}` : isDirect ? `@${channel}` : channel,
    thread: container.thread_ts ?? null,
    event: key,
  }
  const input: ChatInput = { kind: 'press', token: action.value as ActionToken }
  const name = user.name ?? user.username
  return { asker: askerAt(identity, name, place), key, sentAt: momentOf(action.action_ts), input }
}

/** Answered where the form was asked for. Null for a form that is not ours. */
export function actOfForm(self: Self, body: ViewSubmitAction, now: Date): Act | null {
  const context = readContext(body.view.private_metadata)
  if (context === null) return null
  const { user } = body
  const identity = identityOf(self, { user: user.id, team: user.team_id, enterprise: body.enterprise?.id })
  const answers = readAnswers(body.view.state.values)
  const input: ChatInput = { kind: 'form', token: context.token as ActionToken, answers }
  return { asker: askerAt(identity, user.name, readPlace(context.place)), key: body.trigger_id, sentAt: now, input }
}

export function actOfWords(self: Self, said: Said, name: string): Act {
  const { channel, isDirect, thread, key } = said
  // No address for answers comes with it: the place is the same whatever is said there.
  const place = { channel: isDirect ? `@${channel}` : channel, thread, event: '' }
  const input: ChatInput = { kind: 'words', text: typedWords(said.text, self.user) }
  return { asker: askerAt(identityOf(self, said), name, place), key, sentAt: momentOf(said.ts), input }
}

export function askerAt(identity: Asker['identity'], name: string, place: Place): Asker {
  const direct = directOf(place)
  const room = direct ?? place.channel
  return { identity, name, place: writePlace(place), room, isPrivate: direct !== null, groups: [] }
}

/** Slack's timestamps are seconds, as text. */
function momentOf(ts: string): Date {
  return new Date(Number(ts) * 1000)
}
