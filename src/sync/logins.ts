import type { Announcer, Passwords, Store } from '../core/ports.js'
import type { Account, Sandbox } from '../core/sandbox.js'
import { sandboxById } from '../core/state.js'

/**
 * The longest wait of a write to Caddy for passwords that are being hashed, which takes a tenth of a second of CPU each.
 * A lone create waits for none but its own; a crowd boots for longer than this.
 */
export const LINGER_MS = 1000

/**
 * Passwords between being made and being delivered. They live in memory alone: what a crash swallows is made anew,
 * since an account that is not delivered and whose password is not here is due again.
 */
export class Logins {
  private readonly made = new Map<string, { password: string; hash: string }>()
  private pendingHashes = 0

  constructor(
    private readonly passwords: Passwords,
    private readonly store: Store,
    private readonly announcer: Announcer,
  ) {}

  /** True while hashes are being made: routes may wait a little for them, to go out in one write. */
  hashing(): boolean {
    return this.pendingHashes > 0
  }

  isDue(sandbox: Sandbox): boolean {
    return sandbox.phase !== 'deleting' && sandbox.spec.accounts.some((account) => !account.delivered)
  }

  /** Gives every account that needs one a password, and notes its hash. */
  async make(sandbox: Sandbox): Promise<void> {
    if (sandbox.phase === 'deleting') return
    for (const account of sandbox.spec.accounts) {
      if (account.delivered || this.knows(sandbox, account)) continue
      this.pendingHashes += 1
      try {
        const login = await this.passwords.make()
        if (this.note(sandbox, account, { hash: login.hash })) this.made.set(keyOf(sandbox, account), login)
      } finally {
        this.pendingHashes -= 1
      }
    }
  }

  /** Hands over what is published by now. True when nothing is left to deliver: a tombstone's opens nothing any more. */
  async deliver(sandbox: Sandbox): Promise<boolean> {
    if (sandbox.phase === 'deleting') return true
    let all = true
    for (const account of sandbox.spec.accounts) {
      const login = this.made.get(keyOf(sandbox, account))
      if (account.delivered) continue
      if (login === undefined || login.hash !== account.hash) {
        all = false
        continue
      }
      const { person, user } = account
      const delivered = await this.announcer.deliverLogin({
        sandbox: sandbox.id,
        person,
        user,
        password: login.password,
      })
      if (!delivered) {
        all = false
        continue
      }
      this.note(sandbox, account, { delivered: true })
      this.made.delete(keyOf(sandbox, account))
    }
    return all
  }

  forget(sandbox: Sandbox): void {
    for (const account of sandbox.spec.accounts) this.made.delete(keyOf(sandbox, account))
  }

  private knows(sandbox: Sandbox, account: Account): boolean {
    const login = this.made.get(keyOf(sandbox, account))
    return login !== undefined && login.hash === account.hash
  }

  /** False where the account is no longer the one that was meant. */
  private note(sandbox: Sandbox, account: Account, change: Partial<Account>): boolean {
    const now = sandboxById(this.store.state(), sandbox.id)
    const same = (one: Account): boolean => one.person === account.person && one.user === account.user && !one.delivered
    if (now === undefined || !now.spec.accounts.some(same)) return false
    const accounts = now.spec.accounts.map((one) => (same(one) ? { ...one, ...change } : one))
    this.store.commit([{ edit: 'sandbox.note', id: sandbox.id, facts: { accounts } }])
    return true
  }
}

function keyOf(sandbox: Sandbox, account: Account): string {
  return `${sandbox.id}:${account.person}:${account.user}`
}
