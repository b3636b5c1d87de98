import { compare } from 'bcryptjs'
import { afterAll, expect, it } from 'vitest'
import { passwordWords } from '../../src/infra/password-words.js'
import { WorkerPasswords } from '../../src/infra/passwords.js'

const passwords = new WorkerPasswords()
afterAll(() => passwords.close())

it('makes a new password each time, with the hash that lets it in and no other', async () => {
  const [one, two] = await Promise.all([passwords.make(), passwords.make()])
  expect(one.password).toMatch(/^[a-z]+-[a-z]+-\d{4}-[a-z]+-[a-z]+$/)
  expect(two.password).not.toBe(one.password)
  expect(await compare(one.password, one.hash)).toBe(true)
  expect(await compare(two.password, one.hash)).toBe(false)
})

it('says so when its worker is gone', async () => {
  const closed = new WorkerPasswords()
  const pending = closed.make()
  await closed.close()
  await expect(pending).rejects.toThrow('the password worker ended')
  await expect(closed.make()).rejects.toThrow('the password worker ended')
})

it('picks from enough different words for 44 bits', () => {
  expect(new Set(passwordWords).size).toBe(passwordWords.length)
  expect(passwordWords.every((word) => /^[a-z]{3,8}$/.test(word))).toBe(true)
  expect(4 * Math.log2(passwordWords.length) + Math.log2(10_000)).toBeGreaterThan(44)
})
