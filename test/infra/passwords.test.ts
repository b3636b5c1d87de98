import { compare } from 'bcryptjs'
import { afterAll, expect, it } from 'vitest'
import { WorkerPasswords } from '../../src/infra/passwords.js'

const passwords = new WorkerPasswords()
afterAll(() => passwords.close())

it('makes a new password each time, with the hash that lets it in and no other', async () => {
  const [one, two] = await Promise.all([passwords.make(), passwords.make()])
  expect(one.password).toMatch(/^[a-z]{4}-[a-z]{4}-\d{4}-[a-z]{4}-[a-z]{4}$/)
  expect(two.password).not.toBe(one.password)
  expect(await compare(one.password, one.hash)).toBe(true)
  expect(await compare(two.password, one.hash)).toBe(false)
})

it('says so when its worker is gone', async () => {
  const closed = new WorkerPasswords()
  const pending = closed.make()
  await closed.close()
  await expect(pending).rejects.toThrow('the password worker ended')
})
