// `npm run screenshot`: the README's picture, from a demo of its own.
import { execa } from 'execa'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'sp-'))
const addresses = ['--folder', folder, '--page', '127.0.0.1:7790', '--apps', '127.0.0.1:7791']
const demo = execa(process.execPath, [join(root, 'bin/sandpiper.js'), 'demo', ...addresses], { reject: false })
let welcome = ''
for await (const text of demo.stdout) {
  welcome += text
  if (welcome.includes('Ctrl-C')) break
}
const executablePath = process.env.SANDPIPER_CHROMIUM ?? '/usr/bin/chromium'
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  await page.goto(/http:\S+/.exec(welcome)[0])
  const say = async (words, outcome) => {
    await page.fill('#words', words)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Enter')
    await page.getByText(outcome).last().waitFor()
  }
  await say(
    'keys add ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGq8V2XxHDgVn6XlWUE6dS6ZHrRBNJ8Yd4B2dd8Gz1bM ada@laptop',
    'Key added',
  )
  await say('create myapp', 'myapp · running')
  await page.getByText('myapp is created').waitFor()
  await page.screenshot({ path: join(root, 'docs/screenshot.png') })
} finally {
  await browser.close()
  demo.kill('SIGTERM')
  await demo
  rmSync(folder, { recursive: true, force: true })
}
