import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { offboard } from '../../src/core/operations/offboard.js'
import { shareSandbox, unshareSandbox } from '../../src/core/operations/share.js'
import { parsePublicKey } from '../../src/core/ssh-key.js'
import { makeKeyPair } from '../../src/infra/sshpiper/openssh-key.js'
import { writePrivate } from '../../src/infra/sshpiper/private-file.js'
import { OpenSocket } from '../scenario/open-socket.js'
import { startPipeFront, type PipeFront } from '../scenario/pipe-front.js'
import { playOf } from '../scenario/play.js'
import { ssh, SshSession, type SshTarget } from '../scenario/ssh-client.js'
import { visitUntil } from '../scenario/visit.js'
import { labUp } from './lab.js'
import { labStage } from './stage.js'

const WHO = 'echo "$(id -un) on $(hostname)"'

describe('lab: a sandbox that is shared', () => {
  const the = playOf(() => labStage())
  const graceKey = makeKeyPair()
  const grace = {
    id: 'grace',
    name: 'Grace',
    identities: [{ platform: 'console', workspace: '', user: 'grace' }],
    isMuted: false,
  }
  let front: PipeFront
  let targets: { readonly ada: SshTarget; readonly grace: SshTarget }

  beforeAll(async () => {
    const { engine } = the()
    const { folder } = await labUp()
    const cache = process.env['SANDPIPER_LAB_CACHE'] ?? `${folder}-cache`
    const image = readdirSync(cache).find((name) => name.startsWith('image-')) ?? ''
    await the().create('myapp')
    front = await startPipeFront(engine, join(cache, image), 'myapp')
    const knownHostsFile = join(engine.folder, 'front-known-hosts')
    await writePrivate(knownHostsFile, front.knownHosts)
    const target = async (who: string, privateText: string): Promise<SshTarget> => {
      const keyFile = join(engine.folder, `${who}-key`)
      await writePrivate(keyFile, privateText)
      return { user: 'myapp', host: '127.0.0.1', port: front.port, keyFile, knownHostsFile }
    }
    targets = {
      ada: await target('ada', engine.userKey.privateText),
      grace: await target('grace', graceKey.privateText),
    }
    const to = { kind: 'user', platform: 'console', workspace: '', id: 'grace' } as const
    engine.store.commit([
      { edit: 'person.add', person: grace },
      { edit: 'grant.put', grant: { to, gives: 'member', until: null }, by: null, at: new Date() },
      {
        edit: 'key.add',
        key: { id: 'k2', person: 'grace', ...parsePublicKey(graceKey.publicLine), addedAt: new Date() },
      },
    ])
  }, 120_000)
  afterAll(() => front.stop())

  it('lets its owner in, and nobody whom it is not shared with', async () => {
    expect(await ssh(targets.ada, WHO)).toMatchObject({ exitCode: 0, out: 'exedev on myapp' })
    expect((await ssh(targets.grace, WHO)).why).toContain('Permission denied (publickey')
  })

  it('opens for the key and for a login of a collaborator; after revoking for neither, and what the owner has open lives on', async () => {
    const { engine } = the()
    const session = new SshSession(targets.ada)
    await session.echo('before')
    await engine.edit((context) => shareSandbox(context, { sandbox: 'myapp', person: grace, until: null }))
    expect(await ssh(targets.grace, WHO)).toMatchObject({ exitCode: 0, out: 'exedev on myapp' })
    const login = engine.logins.findLast((one) => one.person === 'grace')
    expect((await visitUntil(200, () => the().agent('myapp', login))).status).toBe(200)
    await session.echo('shared')

    engine.writes.length = 0
    await engine.edit((context) => unshareSandbox(context, { sandbox: 'myapp', person: grace }))
    expect((await ssh(targets.grace, WHO)).why).toContain('Permission denied (publickey')
    expect((await the().agent('myapp', login)).status).toBe(401)
    expect(engine.writes).toHaveLength(1)
    await session.echo('revoked')
    expect(await ssh(targets.ada, WHO)).toMatchObject({ exitCode: 0, out: 'exedev on myapp' })
    expect(
      (
        await the().agent(
          'myapp',
          engine.logins.find((one) => one.person === 'ada'),
        )
      ).status,
    ).toBe(200)
    await session.end()
  })

  it('ends what is open at its agent where somebody is taken out, and lets back in who may', async () => {
    const { engine, stage } = the()
    await engine.edit((context) => shareSandbox(context, { sandbox: 'myapp', person: grace, until: null }))
    const [ada, other] = ['ada', 'grace'].map((who) => engine.logins.findLast((one) => one.person === who))
    const agent = `shelley.${the().host('myapp')}`
    await visitUntil(200, () => the().agent('myapp', other))
    const open = await OpenSocket.to(stage.host, agent, other)
    const own = await OpenSocket.to(stage.host, agent, ada)
    expect([await open.echo('one'), await own.echo('two')]).toEqual(['one', 'two'])
    await engine.edit((context) => offboard(context, { person: grace, heir: null, by: 'ada', now: context.now }).edits)
    // Its route has changed, and the stream is open all the same.
    expect(await open.echo('still there')).toBe('still there')
    engine.loop.endSessions([the().facts('myapp').id])
    await engine.loop.settled()
    expect([await open.closed, await own.closed].every((code) => code >= 1000)).toBe(true)
    await expect(OpenSocket.to(stage.host, agent, other)).rejects.toThrow('401')
    const again = await OpenSocket.to(stage.host, agent, ada)
    expect(await again.echo('back')).toBe('back')
    again.close()
    expect((await ssh(targets.grace, WHO)).why).toContain('Permission denied (publickey')
  })
})
