import { execa } from 'execa'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'

const probes: string[] = []

afterEach(async () => {
  for (const probe of probes.splice(0)) await rm(probe)
})

/** What the project's own linter says of a file that stands for a moment in the real tree. */
async function lint(file: string, text: string): Promise<{ exitCode?: number; stdout: string }> {
  await mkdir(file.slice(0, file.lastIndexOf('/')), { recursive: true })
  await writeFile(file, text)
  probes.push(file)
  return execa('npx', ['oxlint', file], { reject: false })
}

describe('the dependency rule', () => {
  it.each([
    ['src/core/probe-of-the-rule.ts', '../infra/sqlite/store.js', 'core imports nothing of the project'],
    ['src/core/parts/probe-of-the-rule.ts', '../../sync/loop.js', 'core imports nothing of the project'],
    ['src/infra/incus/probe-of-the-rule.ts', '../../bot/message.js', 'infra imports core alone'],
    ['src/sync/probe-of-the-rule.ts', '../infra/incus/client.js', 'sync imports core alone'],
    ['src/bot/probe-of-the-rule.ts', '../adapters/chat/console/platform.js', 'bot imports core alone'],
    ['src/adapters/chat/console/probe-of-the-rule.ts', '../../../sync/loop.js', 'adapters import bot and core alone'],
  ])('catches %s importing %s', async (file, target, sentence) => {
    const { exitCode, stdout } = await lint(file, `import * as other from '${target}'\nexport const probe = other\n`)
    expect(stdout).toContain(sentence)
    expect(exitCode).toBe(1)
  })

  it('lets infra import core', async () => {
    const text = "import { UserError } from '../../core/errors.js'\nexport const probe = UserError\n"
    const { exitCode } = await lint('src/infra/incus/probe-of-the-rule.ts', text)
    expect(exitCode).toBe(0)
  })
})
