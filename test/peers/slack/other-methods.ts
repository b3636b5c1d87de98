import type { Methods } from './method.js'
import { Refused } from './refused.js'
import { APP_ID, BOT_ID, BOT_USER, TEAM } from './workspace.js'

export const otherMethods: Methods<'auth.test' | 'apps.connections.open' | 'conversations.open' | 'users.info'> = {
  'auth.test': {
    scope: null,
    run: (_given, { origin }) => ({
      url: `${origin()}/`,
      team: 'Sand',
      team_id: TEAM,
      user: 'sandpiper',
      user_id: BOT_USER,
      bot_id: BOT_ID,
      is_enterprise_install: false,
    }),
  },
  'apps.connections.open': {
    scope: null,
    run: (_given, { origin, tickets }) => ({
      url: `${origin().replace('http', 'ws')}/link/?ticket=${tickets.issue()}&app_id=${APP_ID}`,
    }),
  },
  'conversations.open': {
    scope: 'im:write',
    run(given, { workspace }) {
      const [id, ...others] = ('users' in given ? given.users : '').split(',')
      if (id === undefined || id === '') throw new Refused('users_list_not_supplied')
      if (others.length > 0) throw new Refused('missing_scope', { needed: 'mpim:write' })
      const user = workspace.users.get(id)
      if (user === undefined) throw new Refused('user_not_found')
      if (user.isDisabled) throw new Refused('user_disabled')
      return { channel: { id: workspace.direct(id).id } }
    },
  },
  'users.info': {
    scope: 'users:read',
    run(given, { workspace }) {
      const user = workspace.users.get(given.user)
      if (user === undefined) throw new Refused('user_not_found')
      const { id, name, team, isDisabled: deleted } = user
      return { user: { id, team_id: team, name, deleted, profile: { display_name: name, real_name: name } } }
    },
  },
}
