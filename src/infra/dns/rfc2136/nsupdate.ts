import { execa } from 'execa'
import { InfraError } from '../../../core/errors.js'

interface Rule {
  readonly words: RegExp
  readonly retry: 'later' | 'never'
  readonly sentence: string
}

/** nsupdate's own words; the first match wins. */
const RULES: readonly Rule[] = [
  { words: /ENOENT/, retry: 'never', sentence: 'nsupdate is not installed on the host (Debian: bind9-dnsutils)' },
  { words: /BADTIME/, retry: 'later', sentence: 'the clocks of the host and of the DNS server differ too much' },
  { words: /NOTAUTH|BADKEY|BADSIG|bad key/i, retry: 'never', sentence: 'the DNS server does not take our key' },
  { words: /syntax error|unknown key type/, retry: 'never', sentence: 'nsupdate does not understand our key' },
  { words: /REFUSED/, retry: 'never', sentence: 'the DNS server does not let our key change this' },
  { words: /YXRRSET|NXRRSET|YXDOMAIN|NXDOMAIN/, retry: 'later', sentence: 'someone else changed DNS a moment ago' },
]

/**
 * Sends one update. The script holds the key, and goes through standard input: never a process argument, never a file.
 * Throws InfraError.
 */
export async function nsupdate(script: string, what: string, timeLimitMs: number, signal: AbortSignal): Promise<void> {
  const result = await execa('nsupdate', ['-v', '-t', String(Math.ceil(timeLimitMs / 1000))], {
    input: script,
    reject: false,
    timeout: timeLimitMs,
    cancelSignal: signal,
    env: { LC_ALL: 'C' },
  })
  signal.throwIfAborted()
  if (!result.failed) return
  const said = result.stderr === '' ? (result.code ?? 'no answer') : result.stderr
  const rule = RULES.find(({ words }) => words.test(said)) ?? {
    retry: 'later' as const,
    sentence: 'the DNS server does not answer',
  }
  // Only its verdict: a refusal of the script itself would quote from it.
  const verdict = /update failed: \S+|REFUSED|NOTAUTH\S*|timed out|ENOENT/i.exec(said)?.[0] ?? 'no answer'
  throw new InfraError('dns', rule.retry, `dns: nsupdate ${what}: ${verdict}`, { sentence: rule.sentence })
}
