import type { BotCommand, BotCommandScope, WebhookInfo } from '@grammyjs/types'
import type { Delivery } from './delivery.js'
import { checkCall } from './limits.js'
import { chatObject } from './objects.js'
import { badRequest } from './refusal.js'
import { textAt, type Method, type Parameters } from './schemas.js'
import { deleteMessage, editKeyboard, editText, sendFile, sendMessage, type Uploads } from './sending.js'
import type { World } from './world.js'

/** Telegram does not say how long a press may stay unanswered; a test moves the clock far beyond any reading. */
const PRESS_MS = 60_000

/** One call of the Bot API: checked, then carried out on the world. */
export async function call(
  world: World,
  delivery: Delivery,
  method: Method,
  parameters: Parameters,
  uploads: Uploads,
  signal: AbortSignal,
): Promise<unknown> {
  checkCall(method, parameters)
  switch (method) {
    case 'getMe':
      return { ...world.bot, ...abilities }
    case 'getUpdates':
      return delivery.getUpdates(
        Number(parameters['offset'] ?? 0),
        Math.min(Math.max(Number(parameters['limit'] ?? 100), 1), 100),
        Number(parameters['timeout'] ?? 0),
        signal,
      )
    case 'setWebhook':
      return setWebhook(delivery, parameters)
    case 'deleteWebhook':
      return setWebhook(delivery, { ...parameters, url: '' })
    case 'getWebhookInfo':
      return webhookInfo(delivery)
    case 'sendMessage':
      return sendMessage(world, parameters)
    case 'sendDocument':
      return sendFile(world, 'document', parameters, uploads)
    case 'sendPhoto':
      return sendFile(world, 'photo', parameters, uploads)
    case 'sendChatAction':
      world.writable(parameters['chat_id'])
      return true
    case 'editMessageText':
      return editText(world, parameters)
    case 'editMessageReplyMarkup':
      return editKeyboard(world, parameters)
    case 'deleteMessage':
      return deleteMessage(world, parameters)
    case 'answerCallbackQuery':
      return answerPress(world, parameters)
    case 'setMyCommands':
      world.commands.set(scopeKey(world, parameters), parameters['commands'] as readonly BotCommand[])
      return true
    case 'deleteMyCommands':
      world.commands.delete(scopeKey(world, parameters))
      return true
    case 'getMyCommands':
      return world.commands.get(scopeKey(world, parameters)) ?? []
    case 'getChat':
      return { ...chatObject(world.writable(parameters['chat_id'])), accent_color_id: 0, max_reaction_count: 11 }
    case 'getChatMember':
      return memberOf(world, parameters)
  }
  return method satisfies never
}

const abilities = {
  can_join_groups: true,
  can_read_all_group_messages: false,
  supports_inline_queries: false,
  can_connect_to_business: false,
  has_main_web_app: false,
  has_topics_enabled: false,
  allows_users_to_create_topics: false,
  can_manage_bots: false,
  supports_join_request_queries: false,
}

function setWebhook(delivery: Delivery, parameters: Parameters): true {
  if (parameters['drop_pending_updates'] === true) delivery.dropPending()
  const url = textAt(parameters, 'url')
  const most = Number(parameters['max_connections'] ?? 40)
  const webhook = { url, secret: textAt(parameters, 'secret_token'), most }
  delivery.setWebhook(url === '' ? null : webhook)
  return true
}

function webhookInfo(delivery: Delivery): WebhookInfo {
  const { webhook } = delivery
  return {
    url: webhook?.url ?? '',
    has_custom_certificate: false,
    pending_update_count: delivery.unconfirmed().length,
    ...(webhook !== null && { max_connections: webhook.most }),
  }
}

/** A second answer is refused like a late one: the stricter reading of what the documentation leaves open. */
function answerPress(world: World, parameters: Parameters): true {
  const press = world.presses.get(textAt(parameters, 'callback_query_id'))
  if (press === undefined || press.answeredAt !== null || world.now() - press.at > PRESS_MS)
    throw badRequest('query is too old and response timeout expired or query ID is invalid')
  press.answeredAt = performance.now()
  const toast = {
    text: textAt(parameters, 'text'),
    alert: parameters['show_alert'] === true,
    url: textAt(parameters, 'url'),
  }
  world.toasts.set(press.from.id, [...(world.toasts.get(press.from.id) ?? []), toast])
  return true
}

function scopeKey(world: World, parameters: Parameters): string {
  const scope = (parameters['scope'] ?? { type: 'default' }) as BotCommandScope
  if ('chat_id' in scope) world.writable(scope.chat_id)
  return `${JSON.stringify(scope)} ${textAt(parameters, 'language_code')}`.trim()
}

function memberOf(world: World, { chat_id, user_id }: Parameters): object {
  const user = world.users.get(Number(user_id))
  if (user === undefined) throw badRequest('user not found')
  return { user, status: world.writable(chat_id).members.get(user.id) ?? 'left' }
}
