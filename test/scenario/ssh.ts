import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { deleteSandbox } from '../../src/core/operations/delete.js'
import { restartSandbox } from '../../src/core/operations/power.js'
import { learnHostKeys } from '../../src/core/host-keys.js'
import { parsePublicKey } from '../../src/core/ssh-key.js'
import { makeKeyPair } from '../../src/infra/sshpiper/openssh-key.js'
import { playOf } from './play.js'
import { ssh, sshArguments } from './ssh-client.js'
import type { Stage } from './stage.js'
import { throughThePlugin } from './workingdir-plugin.js'

const WHO = 'echo "$(id -un) on $(hostname)"'
const MANY = 300
const HOST_KEY = '/etc/ssh/ssh_host_ed25519_key'

/** Who gets in by SSH, and who does not: with SSHPiper's rules, and a real sandbox's sshd. The tests follow on each other. */
export function sshIntoASandbox(name: string, open: () => Promise<Stage>): void {
  describe(`${name}: SSH`, () => {
    const the = playOf(open)
    const stranger = makeKeyPair().publicLine
    const ada = () => the().engine.userKey.publicLine
    const piped = (key: string, user = 'myapp') => throughThePlugin(the().engine.pipesFolder, user, key)
    const id = () => the().facts('myapp').id
    const settled = async () => {
      the().engine.loop.poke([id()])
      await the().engine.loop.settled()
    }

    /** What the sandbox answers to one whom the pipe lets through; why not, where it does not. */
    async function goesIn(key: string): Promise<string> {
      const found = piped(key)
      if (!found.piped) return found.why
      if (!the().stage.isReal) return 'exedev on myapp'
      const { exitCode, out, why } = await ssh(found.target, WHO)
      return exitCode === 0 ? out : why
    }

    it('a key that is in lets in; another one, and another name, do not', async () => {
      expect((await the().create('myapp')).state).toBe('done')
      // A guest that is still booting shows sshd's banner, and lets nobody in yet.
      await expect.poll(() => goesIn(ada()), { timeout: 20_000 }).toBe('exedev on myapp')
      expect(await goesIn(stranger)).toBe('another key')
      expect(piped(ada(), 'nobody')).toEqual({ piped: false, why: 'no pipe' })
      expect(piped(ada(), '../keys')).toEqual({ piped: false, why: 'bad user name' })
    })

    it('a key that is taken out lets in no more, and the others do', async () => {
      const { engine } = the()
      const second = makeKeyPair().publicLine
      engine.store.commit([addsKey('second', second)])
      await settled()
      expect(await goesIn(second)).toBe('exedev on myapp')
      engine.store.commit([{ edit: 'key.remove', id: 'second' }])
      await settled()
      expect(await goesIn(second)).toBe('another key')
      expect(await goesIn(ada())).toBe('exedev on myapp')
    })

    it(`each of ${MANY} keys lets in`, async () => {
      const { engine } = the()
      const keys = Array.from({ length: MANY }, () => makeKeyPair().publicLine)
      engine.store.commit(keys.map((key, index) => addsKey(`many${index}`, key)))
      await settled()
      expect(keys.filter((key) => !piped(key).piped)).toEqual([])
      expect(await goesIn(keys[MANY - 1] ?? '')).toBe('exedev on myapp')
      engine.store.commit(keys.map((_, index) => ({ edit: 'key.remove' as const, id: `many${index}` })))
      await settled()
      expect(keys.filter((key) => piped(key).piped)).toEqual([])
    })

    it('a sandbox that shows another host key than it had is refused, until that is looked at', async ({ skip }) => {
      const { engine, outside, stage } = the()
      const { instance, hostKeys } = the().facts('myapp')
      const own = await engine.instances.hostKeys(instance, AbortSignal.timeout(10_000))
      expect(own).toEqual({ lines: hostKeys, bare: [] })
      const made = makeKeyPair()
      await outside.incus.push(instance, HOST_KEY, made.privateText, { mode: '0600' })
      await outside.incus.push(instance, `${HOST_KEY}.pub`, `${made.publicLine} root@myapp\n`, { mode: '0644' })
      if (stage.isReal) {
        await outside.inside(instance, 'systemctl', 'restart', 'ssh')
        await expect.poll(() => goesIn(ada()), { timeout: 10_000 }).toContain('Host key verification failed')
      }
      const learnt = learnHostKeys(hostKeys, await engine.instances.hostKeys(instance, AbortSignal.timeout(10_000)))
      expect(learnt).toEqual([made.publicLine])
      engine.store.commit([{ edit: 'sandbox.note', id: id(), facts: { hostKeys: learnt ?? [] } }])
      await settled()
      expect(await goesIn(ada())).toBe('exedev on myapp')
      skip(!stage.isReal, 'a simulated sandbox has no sshd: that it was refused is seen on a real one')
    })

    it('one that makes new host keys of all kinds when it starts is looked at by itself, a little later', async () => {
      const { engine, outside, stage } = the()
      const { instance } = the().facts('myapp')
      const made = makeKeyPair()
      await outside.incus.push(instance, HOST_KEY, made.privateText, { mode: '0600' })
      await outside.incus.push(instance, `${HOST_KEY}.pub`, `${made.publicLine}\n`, { mode: '0644' })
      if (stage.isReal) {
        await outside.inside(instance, 'ssh-keygen', '-A')
        await outside.inside(instance, 'rm', '/etc/ssh/sshd_config.d/10-sandpiper.conf')
      }
      await engine.ask((context) => restartSandbox(context, { sandbox: 'myapp' }))
      engine.ahead = 30_000
      const report = await engine.loop.pass({ apply: true })
      expect(report.lines).toMatchObject([
        { part: 'pipe', subject: 'myapp', detail: 'expects other host keys → written' },
      ])
      expect(the().facts('myapp').hostKeys).toContain(made.publicLine)
      expect(engine.notices).toMatchObject([{ notice: 'host-keys' }])
      if (stage.isReal) expect(the().facts('myapp').hostKeys).toHaveLength(3)
      await expect.poll(() => goesIn(ada()), { timeout: 20_000 }).toBe('exedev on myapp')
      expect((await engine.loop.pass({ apply: true })).lines).toEqual([])
    })

    it('ends for those who are in when the sandbox is deleted, and is closed for all others', async () => {
      const { engine, stage } = the()
      const found = piped(ada())
      if (!found.piped) throw new Error(found.why)
      const session = stage.isReal
        ? execa('ssh', sshArguments(found.target, 'echo in; sleep 300'), { reject: false })
        : null
      const first = session?.stdout[Symbol.asyncIterator]()
      if (first !== undefined) expect(String((await first.next()).value)).toContain('in')
      const ended = await engine.ask((context) => deleteSandbox(context, { sandbox: 'myapp', confirm: 'myapp' }))
      expect(ended.state).toBe('done')
      expect(piped(ada())).toEqual({ piped: false, why: 'no pipe' })
      const left = await Promise.race([session ?? Promise.resolve(null), laterThan(20_000)])
      expect(left).not.toBe('it is still in')
      session?.kill()
      expect(engine.faults).toEqual([])
    })
  })
}

function addsKey(id: string, line: string) {
  return { edit: 'key.add' as const, key: { id, person: 'ada', ...parsePublicKey(line), addedAt: new Date(0) } }
}

function laterThan(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, ms, 'it is still in').unref())
}
