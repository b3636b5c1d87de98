import { execa } from 'execa'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let project: string

/** A project of two files and a test, checked as this one is. */
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'unused-exports-'))
  await copyFile('knip.jsonc', join(project, 'knip.jsonc'))
  await copyFile('vitest.config.ts', join(project, 'vitest.config.ts'))
  await symlink(resolve('node_modules'), join(project, 'node_modules'))
  await write('package.json', JSON.stringify({ name: 'probe', devDependencies: { vitest: '1' } }))
  await write('src/cli.ts', "import { one } from './core/one.js'\nconsole.log(one)\n")
})

afterEach(() => rm(project, { recursive: true }))

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(project, file)), { recursive: true })
  await writeFile(join(project, file), text)
}

async function unused(): Promise<string> {
  const options = { cwd: project, reject: false } as const
  const { stdout, exitCode } = await execa('node_modules/.bin/knip', ['--no-config-hints'], options)
  expect(exitCode).toBe(stdout === '' ? 0 : 1)
  return stdout
}

describe('the check for unused exports', () => {
  it('catches a value, a type and a file that nobody uses', async () => {
    await write('src/core/one.ts', 'export const one = 1\nexport const two = 2\nexport type Three = 3\n')
    await write('src/core/four.ts', 'export const four = 4\n')
    const found = await unused()
    expect(found).toMatch(/^two .*src\/core\/one.ts/m)
    expect(found).toMatch(/^Three .*src\/core\/one.ts/m)
    expect(found).toMatch(/^src\/core\/four.ts/m)
    expect(found).not.toMatch(/^one /m)
  })

  it('catches what only its own file uses, unless it is the type of something that is exported', async () => {
    const lines = ['export interface Two {}', 'export const one = (two: Two) => [two, three]', 'export const three = 3']
    await write('src/core/one.ts', `${lines.join('\n')}\n`)
    const found = await unused()
    expect(found).toMatch(/^three /m)
    expect(found).not.toMatch(/^Two /m)
  })

  it('takes a test for a use', async () => {
    await write('src/core/one.ts', 'export const one = 1\nexport const two = 2\n')
    await write('test/core/one.test.ts', "import { two } from '../../src/core/one.js'\nconsole.log(two)\n")
    expect(await unused()).toBe('')
  })
})
