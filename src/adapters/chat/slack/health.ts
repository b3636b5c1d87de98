import type { PlatformHealth } from '../../../bot/chat.js'
import type { Trouble } from './web.js'

const APP = 'your app at https://api.slack.com/apps'

/** What is wrong, with what to do about it. */
export function down(trouble: Trouble, whose: 'bot token' | 'app token'): PlatformHealth {
  if (trouble.kind === 'silence') {
    const fix = 'I try again by myself. If it stays so, look whether this host reaches slack.com.'
    return { state: 'down', reason: `Slack does not answer (${trouble.why})`, fix }
  }
  const where =
    whose === 'bot token'
      ? `Open ${APP}, "Install App": copy the Bot User OAuth Token into the file of bot_token_file`
      : `Open ${APP}, "Basic Information", "App-Level Tokens": put one with connections:write into the file of app_token_file`
  return {
    state: 'down',
    reason: `Slack refuses the ${whose} (${trouble.code})`,
    fix: `${where}, and restart Sandpiper.`,
  }
}

export function lacking(scopes: readonly string[]): PlatformHealth {
  const words = scopes.join(', ')
  const fix = `Open ${APP}, "App Manifest": paste docs/slack/manifest.yaml, then "Install App" once more.`
  return { state: 'down', reason: `the app may not do all that it must: it lacks ${words}`, fix }
}
