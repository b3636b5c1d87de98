import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Browser, type Locator, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DemoProcess } from '../cli/demo-process.js'

const artifacts = join(import.meta.dirname, '../../artifacts')
const executablePath = process.env['SANDPIPER_CHROMIUM'] ?? '/usr/bin/chromium'

describe('the chat page, in Chromium', () => {
  const demo = new DemoProcess()
  let browser: Browser
  let page: Page
  const channel = (): Locator => page.locator('#channel-messages')
  const direct = (): Locator => page.locator('#direct-messages')
  const card = (title: string): Locator => channel().locator('article').filter({ hasText: title }).last()
  const say = async (words: string): Promise<void> => {
    await page.locator('#words').fill(words)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Enter')
  }
  const become = (user: string): Promise<unknown> => page.locator('#identity').selectOption(user)
  const shoot = (name: string): Promise<unknown> => page.screenshot({ path: join(artifacts, `${name}.png`) })
  const logins = async (): Promise<{ user: string; password: string }> => {
    const [user = '', password = ''] = await direct().locator('dd code').allInnerTexts()
    return { user, password }
  }

  beforeAll(async () => {
    mkdirSync(artifacts, { recursive: true })
    await demo.start()
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] }).catch((error: Error) => {
      throw new Error(`No Chromium at ${executablePath}: apt-get install chromium, or set SANDPIPER_CHROMIUM`, {
        cause: error,
      })
    })
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    page.setDefaultTimeout(15_000)
  })
  afterAll(async () => {
    await browser.close()
    await demo.stop()
    demo.remove()
  })

  it('lets nobody in without the link', async () => {
    await page.goto(`http://${demo.page}/`)
    expect(await page.locator('h1').innerText()).toBe('One more step')
  })

  it('creates by typing with completion; the steps, then the card; the login is among the direct messages alone', async () => {
    await page.goto(/http:\S+/.exec(demo.welcome)?.[0] ?? '')
    await page.locator('#words').pressSequentially('cre')
    await page.locator('#choices [role=option]').first().waitFor()
    await page.keyboard.press('Tab')
    expect(await page.locator('#words').inputValue()).toMatch(/^create ?$/)
    await say('create myapp')
    await card('myapp · running').waitFor()
    await channel().getByText('instance created').waitFor()
    await direct().getByText("Login for myapp's agent").waitFor()
    expect(await channel().innerText()).not.toContain((await logins()).password)
    await shoot('created')
  })

  it('its links open: the app, and the agent behind the login', async () => {
    const login = await logins()
    const tab = await browser.newPage({ httpCredentials: { username: login.user, password: login.password } })
    const app = await card('myapp · running').getByText('Open app').getAttribute('href')
    const agent = await card('myapp · running').getByText('Open agent').getAttribute('href')
    expect((await tab.goto(app ?? ''))?.status()).toBe(200)
    expect((await tab.goto(agent ?? ''))?.status()).toBe(200)
    expect((await demo.visit(agent ?? '')).status).toBe(401)
    await tab.close()
  })

  it('stops and starts by clicking, and the card follows', async () => {
    await card('myapp · running').getByRole('button', { name: 'Stop' }).click()
    await card('myapp · stopped').waitFor()
    expect((await demo.visit(`http://myapp.localhost:${demo.apps.split(':')[1]}`)).status).toBe(503)
    await card('myapp · stopped').getByRole('button', { name: 'Start' }).click()
    await card('myapp · running').getByRole('button', { name: 'Stop' }).waitFor()
  })

  it('others see the card, and neither the login nor a way to delete', async () => {
    await become('grace')
    await card('myapp · running').waitFor()
    expect(await direct().innerText()).not.toContain('Login for')
    await say('stop myapp')
    await channel().getByText("Only myapp's owner, Ada, or an admin can stop it.").waitFor()
    await become('eve')
    await say('list')
    await channel().getByText('I do not know you yet').waitFor()
    await shoot('stranger')
    await become('ada')
  })

  it('deletes after the name was typed', async () => {
    await card('myapp · running').getByRole('button', { name: 'Delete' }).click()
    const dialog = page.locator('dialog[open]')
    await dialog.waitFor()
    await shoot('delete-form')
    await dialog.locator('input').fill('myap')
    await page.keyboard.press('Enter')
    await channel().getByText('That is not its name.').last().waitFor()
    await card('myapp · running').getByRole('button', { name: 'Delete' }).click()
    await dialog.locator('input').fill('myapp')
    await page.keyboard.press('Enter')
    await channel().getByText('Ada deleted myapp.').waitFor()
    expect((await demo.run('plan')).exitCode).toBe(0)
    expect((await demo.visit(`http://myapp.localhost:${demo.apps.split(':')[1]}`)).body).toBe('')
  })

  it('can be read in the dark and on a phone', async () => {
    await page.emulateMedia({ colorScheme: 'dark' })
    await shoot('dark')
    await page.setViewportSize({ width: 390, height: 800 })
    await shoot('phone')
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
    expect(overflow).toBe(0)
  })
})
