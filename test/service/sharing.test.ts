import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { makeKeyPair } from '../../src/infra/sshpiper/openssh-key.js'
import { TestService } from './service.js'

const service = new TestService()
const patient = { timeout: 10_000, interval: 50 }
const keys = { ada: makeKeyPair().publicLine, grace: makeKeyPair().publicLine }
let logins: { readonly ada: Login; readonly grace: Login }

interface Login {
  readonly user: string
  readonly password: string
}

async function newLogin(of: string): Promise<Login> {
  const { text } = await service.done('credentials myapp', of)
  const [, user = ''] = /User\s+`([^`]+)`/.exec(text) ?? []
  const [, password = ''] = /Password\s+`([^`]+)`/.exec(text) ?? []
  return { user, password }
}

const statusOf = async (login: Login): Promise<number> => (await service.visit('shelley.myapp.localhost', login)).status
const authorized = (): readonly string[] =>
  readFileSync(join(service.pipesFolder, 'myapp', 'authorized_keys'), 'utf8')
    .trim()
    .split('\n')
    .toSorted()

beforeAll(async () => {
  await service.start()
  await service.serve()
  await service.ready()
  for (const who of ['ada', 'grace'] as const) await service.done(`keys add ${keys[who]}`, who)
  await service.done('create myapp')
}, 30_000)
afterAll(() => service.close())

describe('a sandbox that is shared, through the whole service', () => {
  it('opens for the key and for a login of the collaborator', async () => {
    await service.done('share myapp grace')
    await vi.waitFor(() => expect(authorized()).toEqual([keys.ada, keys.grace].toSorted()), patient)
    logins = { ada: await newLogin('ada'), grace: await newLogin('grace') }
    expect(logins.grace.user).toBe('grace')
    expect([await statusOf(logins.ada), await statusOf(logins.grace)]).toEqual([200, 200])
  })

  it('closes for one alone, at once, also while sync is paused', async () => {
    await service.done('sync pause')
    await service.done('share myapp grace --remove')
    await vi.waitFor(() => expect(authorized()).toEqual([keys.ada]), patient)
    await vi.waitFor(async () => expect(await statusOf(logins.grace)).toBe(401), patient)
    expect(await statusOf(logins.ada)).toBe(200)
    await service.done('sync resume')
  })

  it('gives a collaborator who comes back another password', async () => {
    await service.done('share myapp grace')
    await vi.waitFor(() => expect(authorized()).toHaveLength(2), patient)
    expect(await statusOf(logins.grace)).toBe(401)
    expect(await statusOf(await newLogin('grace'))).toBe(200)
  })

  it('is handed over with consent: the former owner is out', async () => {
    await service.done('transfer myapp grace')
    await service.done('transfer myapp --answer accept', 'grace')
    await vi.waitFor(() => expect(authorized()).toEqual([keys.grace]), patient)
    await vi.waitFor(async () => expect(await statusOf(logins.ada)).toBe(401), patient)
    expect((await service.done('list', 'grace')).text).toContain('myapp')
    expect((await service.done('list', 'ada')).text).toContain('You have no sandbox yet')
  })
})
