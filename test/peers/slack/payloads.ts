import type { BlockAction, ButtonAction, SlashCommand, ViewSubmitAction } from '@slack/bolt'
import type { AppHomeOpenedEvent, AppMentionEvent, GenericMessageEvent, MessageChangedEvent } from '@slack/types'
import { messageJson } from './chat-methods.js'
import { viewJson } from './view-methods.js'
import { APP_ID, BOT_ID, BOT_USER, TEAM, type Channel, type OpenView, type Posted, type User } from './workspace.js'

/** A button as it was pressed. */
export type Pressed = Pick<ButtonAction, 'action_id' | 'block_id' | 'text' | 'value' | 'url' | 'action_ts'>

const TOKEN = 'legacy-verification-token'

export function commandPayload(
  user: User,
  channel: Channel,
  words: { readonly command: string; readonly text: string },
  urls: { readonly response: string; readonly trigger: string },
): SlashCommand {
  return {
    token: TOKEN,
    team_id: user.team,
    team_domain: 'sand',
    channel_id: channel.id,
    channel_name: channel.kind === 'private' ? 'privategroup' : channel.name,
    user_id: user.id,
    user_name: user.name,
    command: words.command,
    text: words.text,
    api_app_id: APP_ID,
    is_enterprise_install: 'false',
    response_url: urls.response,
    trigger_id: urls.trigger,
    ...(user.enterprise === null ? {} : { enterprise_id: user.enterprise, enterprise_name: 'Sand Inc' }),
  }
}

export function pressPayload(
  user: User,
  where: { readonly message: Posted; readonly channel: Channel } | 'home',
  pressed: Pressed,
  urls: { readonly response: string; readonly trigger: string },
): BlockAction<ButtonAction> {
  return {
    type: 'block_actions',
    ...byUser(user),
    api_app_id: APP_ID,
    token: TOKEN,
    trigger_id: urls.trigger,
    is_enterprise_install: false,
    actions: [{ type: 'button', ...pressed }],
    ...(where === 'home' ? fromHome(user) : fromMessage(where, urls.response)),
  } as BlockAction<ButtonAction>
}

function fromHome(user: User): object {
  return { container: { type: 'view', view_id: `VHOME${user.id}` }, view: { id: `VHOME${user.id}`, type: 'home' } }
}

/** A message that one person alone sees is not told again. */
function fromMessage({ message, channel }: { message: Posted; channel: Channel }, responseUrl: string): object {
  return {
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: message.only !== null,
      ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    },
    channel: { id: channel.id, name: channel.name },
    response_url: responseUrl,
    ...(message.only === null ? { message: messageJson(message) } : {}),
  }
}

export function submitPayload(user: User, open: OpenView, values: object, trigger: string): ViewSubmitAction {
  return {
    type: 'view_submission',
    ...byUser(user),
    api_app_id: APP_ID,
    token: TOKEN,
    trigger_id: trigger,
    view: { ...viewJson(open), state: { values } } as unknown as ViewSubmitAction['view'],
    response_urls: [],
    is_enterprise_install: false,
  }
}

function byUser(user: User): Pick<ViewSubmitAction, 'team' | 'user' | 'enterprise'> {
  const team = { id: user.team, domain: 'sand' }
  return {
    team: user.enterprise === null ? team : { ...team, enterprise_id: user.enterprise, enterprise_name: 'Sand Inc' },
    user: { id: user.id, name: user.name, team_id: user.team },
    ...(user.enterprise === null ? {} : { enterprise: { id: user.enterprise, name: 'Sand Inc' } }),
  }
}

export type PeerEvent = AppHomeOpenedEvent | AppMentionEvent | GenericMessageEvent | MessageChangedEvent

/** What surrounds an event. `id` stays the same however often it is delivered. */
export function eventPayload(id: string, at: number, enterprise: string | null, event: PeerEvent): object {
  return {
    type: 'event_callback',
    token: TOKEN,
    team_id: TEAM,
    ...(enterprise === null ? {} : { enterprise_id: enterprise }),
    api_app_id: APP_ID,
    event,
    event_id: id,
    event_time: Math.floor(at / 1000),
    authorizations: [
      { enterprise_id: enterprise, team_id: TEAM, user_id: BOT_USER, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
    event_context: `4-${id}`,
  }
}

export function mentionEvent(user: User, said: Posted): AppMentionEvent {
  return { type: 'app_mention', ...saidJson(user, said) }
}

export function messageEvent(user: User, said: Posted): GenericMessageEvent {
  return { type: 'message', subtype: undefined, channel_type: 'im', ...saidJson(user, said) }
}

function saidJson(
  user: User,
  said: Posted,
): Pick<GenericMessageEvent, 'user' | 'ts' | 'channel' | 'event_ts' | 'team'> & { text: string } {
  return {
    user: user.id,
    text: said.text,
    ts: said.ts,
    channel: said.channel,
    event_ts: said.ts,
    team: user.team,
    ...(said.threadTs === null ? {} : { thread_ts: said.threadTs }),
  }
}

/** The bot's own message, told to itself. */
export function botMessageEvent(message: Posted): GenericMessageEvent {
  const { ts, text, channel } = message
  const said = { user: BOT_USER, bot_id: BOT_ID, text, ts, channel, event_ts: ts }
  return { type: 'message', subtype: undefined, channel_type: 'im', ...said }
}

/** Nobody's: what was changed, not by whom. */
export function botChangeEvent(message: Posted, at: string): MessageChangedEvent {
  const now = botMessageEvent(message)
  const change = { channel: message.channel, ts: at, event_ts: at, message: now, previous_message: now }
  return { type: 'message', subtype: 'message_changed', hidden: true, channel_type: 'im', ...change }
}
