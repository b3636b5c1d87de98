import type { SlackOptions, Way } from '../adapters/chat/slack/slack-options.js'
import type { Log } from '../bot/ports.js'
import type { Config } from '../config.js'
import type { Clock } from '../core/ports.js'
import { readSecret } from './secret.js'

const API = 'https://slack.com/api/'

/** Throws SecretError. */
export function slackOptions(parts: {
  readonly config: Config
  readonly clock: Clock
  readonly log: Log
}): SlackOptions {
  const { slack } = parts.config
  const url = slack.api_url ?? process.env['SLACK_API_URL'] ?? API
  return {
    botToken: readSecret(slack.bot_token_file ?? ''),
    receive: wayOf(slack),
    apiUrl: url.endsWith('/') ? url : `${url}/`,
    clock: parts.clock,
    log: parts.log,
  }
}

function wayOf(slack: Config['slack']): Way {
  if (slack.mode === 'socket') return { way: 'socket', appToken: readSecret(slack.app_token_file ?? '') }
  const at = slack.listen.lastIndexOf(':')
  const host = slack.listen.slice(0, at).replaceAll(/[[\]]/g, '')
  const port = Number(slack.listen.slice(at + 1))
  return { way: 'requests', signingSecret: readSecret(slack.signing_secret_file ?? ''), host, port }
}
