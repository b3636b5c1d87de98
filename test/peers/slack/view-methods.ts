import type { ModalView } from '@slack/types'
import { viewErrors } from './check-payload.js'
import type { Methods } from './method.js'
import { Refused, withMessages } from './refused.js'
import { APP_ID, BOT_ID, TEAM, type OpenView, type Workspace } from './workspace.js'

export const viewMethods: Methods<'views.open' | 'views.publish' | 'views.update'> = {
  'views.open': {
    scope: null,
    run(given, { workspace, triggers }) {
      const view = needView('modal', given.view)
      if (!('trigger_id' in given)) throw new Refused('invalid_arguments')
      const user = triggers.use(given.trigger_id)
      const opened: OpenView = {
        id: workspace.newId('V'),
        user,
        externalId: view.external_id ?? null,
        hash: workspace.clock.timestamp(),
        view,
        errors: {},
      }
      workspace.views.push(opened)
      return { view: viewJson(opened) }
    },
  },
  'views.publish': {
    scope: null,
    run(given, { workspace }) {
      if (given.view.type !== 'home') throw new Refused('invalid_arguments')
      checkView(given.view)
      const user = workspace.users.get(given.user_id)
      if (user === undefined || user.isDisabled) throw new Refused('user_not_found')
      workspace.homes.set(user.id, given.view)
      return { view: { ...given.view, id: `VHOME${user.id}`, team_id: TEAM, app_id: APP_ID, bot_id: BOT_ID } }
    },
  },
  'views.update': {
    scope: null,
    run(given, { workspace }) {
      const view = needView('modal', given.view)
      const open = workspace.views.find((one) =>
        'view_id' in given ? one.id === given.view_id : one.externalId === given.external_id,
      )
      if (open === undefined) throw new Refused('not_found')
      if (given.hash !== undefined && given.hash !== open.hash) throw new Refused('hash_conflict')
      open.view = view
      open.hash = workspace.clock.timestamp()
      return { view: viewJson(open) }
    },
  },
}

function needView(kind: 'modal', view: { readonly type: string }): ModalView {
  if (view.type !== kind) throw new Refused('invalid_arguments')
  checkView(view)
  return view as ModalView
}

function checkView(view: object): void {
  const errors = viewErrors(view)
  if (errors.length > 0) throw withMessages('invalid_arguments', errors)
}

export function viewJson({ id, view, hash }: OpenView): Readonly<Record<string, unknown>> {
  return {
    ...view,
    id,
    hash,
    team_id: TEAM,
    app_id: APP_ID,
    bot_id: BOT_ID,
    app_installed_team_id: TEAM,
    root_view_id: id,
    private_metadata: view.private_metadata ?? '',
    callback_id: view.callback_id ?? '',
  }
}

/** As an answer to a form that was sent: `response_action: update`. */
export function replaceView(workspace: Workspace, open: OpenView, view: unknown): void {
  if (viewErrors(view).length > 0) throw new Refused('invalid_arguments')
  open.view = view as ModalView
  open.hash = workspace.clock.timestamp()
}
