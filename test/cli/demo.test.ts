import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DemoProcess } from './demo-process.js'

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')

describe('the demo, as a person uses it from the terminal', () => {
  const demo = new DemoProcess()
  const login = { user: '', password: '' }

  beforeAll(() => demo.start())
  afterAll(async () => {
    await demo.stop()
    demo.remove()
  })

  it('says what it is, and serves the page to who has its link', async () => {
    expect(demo.welcome).toContain('nothing real is made')
    const link = /http:\/\/\S+/.exec(demo.welcome)?.[0] ?? ''
    expect((await demo.visit(link)).status).toBe(401)
    expect((await demo.run('page')).text).toBe(link)
  })

  it('create ends with the card; its links answer, the agent only with the login that came by direct message', async () => {
    const { exitCode, text } = await demo.run('say', 'create', 'myapp')
    expect(exitCode).toBe(0)
    const urls = [...text.matchAll(/http:\/\/\S+/g)].map(([url]) => url)
    const app = urls.find((url) => url.startsWith('http://myapp.localhost:')) ?? ''
    const agent = urls.find((url) => url.startsWith('http://shelley.myapp.localhost:')) ?? ''
    login.user = /User\s+`(.+)`/.exec(text)?.[1] ?? ''
    login.password = /Password\s+`(.+)`/.exec(text)?.[1] ?? ''
    expect(text).toContain('● myapp · running')
    expect((await demo.visit(app)).status).toBe(200)
    expect((await demo.visit(agent)).status).toBe(401)
    expect((await demo.visit(agent, login)).status).toBe(200)
    expect((await demo.visit(agent, { ...login, password: 'wrong' })).status).toBe(401)
  })

  it('doctor looks at what it is joined to', async () => {
    const { exitCode, text } = await demo.run('doctor')
    expect([exitCode, text]).toEqual([0, expect.stringMatching(/^✓ console: up\n {2}Link: http:/)])
  })

  it('is there again after a restart', async () => {
    await demo.stop()
    await demo.start()
    const { text } = await demo.run('say', 'list')
    expect(text).toContain('myapp  ● running')
    expect((await demo.visit(`http://shelley.myapp.localhost:${demo.apps.split(':')[1]}`, login)).status).toBe(200)
  })

  it('a second one on the same folder or port says so and ends', async () => {
    const second = new DemoProcess()
    second.page = demo.page
    await expect(second.start()).rejects.toThrow(/is taken: is another Sandpiper running/)
    second.remove()
    const same = demo.beside()
    await expect(same.start()).rejects.toThrow(/Another simulated host runs at .*choose another folder/)
  })

  it('plan finds nothing; operations tell what was asked for', async () => {
    expect(await demo.run('plan')).toMatchObject({ exitCode: 0, text: expect.stringContaining('No drift') as string })
    const list = await demo.run('operations')
    expect(list.text).toMatch(/^[0-9a-f]{8} .*create +myapp +done$/)
    const id = list.text.slice(0, 8)
    expect((await demo.run('operations', 'show', id)).text).toMatch(/^create myapp, asked for by Ada: done after/)
    expect(await demo.run('operations', 'retry', id)).toMatchObject({
      exitCode: 1,
      errors: expect.stringMatching(/not stuck/) as string,
    })
    expect(await demo.run('operations', 'cancel', id)).toMatchObject({ exitCode: 1 })
    expect(await demo.run('operations', 'show', 'zz')).toMatchObject({
      exitCode: 1,
      errors: expect.stringMatching(/no operation zz/) as string,
    })
  })

  it('--json prints the messages as data', async () => {
    const { text } = await demo.run('say', '--json', 'show', 'myapp')
    const lines = text.split('\n').map((line) => JSON.parse(line) as { data?: { title: string }; end?: string })
    expect(lines.map((line) => line.data?.title ?? line.end)).toEqual(['● myapp · running', 'done'])
  })

  it('delete needs a yes, and leaves nothing', async () => {
    expect(await demo.run('say', 'delete', 'myapp')).toMatchObject({
      exitCode: 2,
      errors: expect.stringMatching(/add --yes/) as string,
    })
    expect(await demo.run('say', '--yes', 'delete', 'myapp')).toMatchObject({ exitCode: 0 })
    expect((await demo.run('say', 'list')).text).toContain('You have no sandbox yet')
    expect((await demo.run('plan')).exitCode).toBe(0)
    expect((await demo.visit(`http://myapp.localhost:${demo.apps.split(':')[1]}`)).body).toBe('')
  })

  it('every command of the README does what it says', async () => {
    const commands = [...readme.matchAll(/^npx sandpiper (say .+)$/gm)].map(([, words]) => (words ?? '').split(' '))
    expect(commands.length).toBeGreaterThan(8)
    for (const words of commands) {
      const isRefused = words.join(' ') === 'say --as grace stop myapp'
      expect(await demo.run(...words), words.join(' ')).toMatchObject({ exitCode: isRefused ? 1 : 0 })
    }
  })
})

describe('the command line', () => {
  const demo = new DemoProcess()
  afterAll(() => demo.remove())

  it.each([
    [['say', 'list'], 1, /not running here.*npm start/i],
    [['plan'], 1, /not running here/],
    [['serve', '--config', '/nowhere.toml'], 2, /nowhere\.toml cannot be read/],
    [['config', 'check', '--config', '/nowhere.toml'], 2, /nowhere\.toml cannot be read/],
    [['fly'], 2, /unknown command/],
    [['say'], 2, /words/],
  ])('%j ends with %i', async (words, exitCode, errors) => {
    expect(await demo.run(...words.filter((word) => word !== ''))).toMatchObject({
      exitCode,
      errors: expect.stringMatching(errors) as string,
    })
  })
})
