import type { Web } from './web.js'

const PATIENCE_MS = 1000
const REMEMBERED = 5000

/** What people are called. A label only: nothing waits long for it. */
export class Names {
  private readonly known = new Map<string, string>()

  learn(user: string, name: string): void {
    if (this.known.size >= REMEMBERED) this.known.clear()
    this.known.set(user, name)
  }

  /** Their id where Slack does not say their name in time. */
  async of(web: Web, user: string): Promise<string> {
    const known = this.known.get(user)
    if (known !== undefined) return known
    const asked = this.ask(web, user).catch(() => user)
    return Promise.race([asked, new Promise<string>((resolve) => setTimeout(resolve, PATIENCE_MS, user))])
  }

  private async ask(web: Web, user: string): Promise<string> {
    const { user: found } = await web.call('users.info', '', (client) => client.users.info({ user }))
    const name = found?.name ?? user
    this.learn(user, name)
    return name
  }
}
