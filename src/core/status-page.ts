import { servedAt } from './hosts.js'
import { statusOf, type Sandbox } from './sandbox.js'

export interface StatusPage {
  readonly title: string
  readonly text: string
}

/** What a visitor reads where a sandbox's app or agent does not answer. Caddy asks only when it could not connect. */
export function statusPage(sandboxes: readonly Sandbox[], host: string): StatusPage {
  const served = servedAt(host, sandboxes)
  if (served === undefined) return { title: 'No sandbox here', text: `Nothing is published at ${host}.` }
  const { sandbox } = served
  const { name } = sandbox
  const port = served.name.serves === 'app' ? sandbox.spec.appPort : null
  switch (statusOf(sandbox)) {
    case 'running':
      if (port === null)
        return { title: `${name}'s agent does not answer`, text: `${name} runs, but its agent does not answer yet.` }
      return { title: `${name}: nothing listens`, text: `${name} runs, but nothing listens on port ${port}.` }
    case 'stopped':
      return { title: `${name} is stopped`, text: `${name} is stopped. Its owner can start it from the chat.` }
    case 'creating':
    case 'starting':
    case 'restarting':
      return { title: `${name} is starting`, text: `${name} is starting. This page looks again by itself.` }
    case 'stopping':
      return { title: `${name} is stopping`, text: `${name} is being stopped.` }
    case 'deleting':
      return { title: `${name} is being deleted`, text: `${name} is being deleted.` }
    case 'lost':
    case 'stuck':
    case 'unknown':
      return {
        title: `${name} is not available`,
        text: `${name} does not answer. Its owner or an admin can look from the chat.`,
      }
  }
}
