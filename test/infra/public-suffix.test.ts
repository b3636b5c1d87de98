import { expect, it } from 'vitest'
import { registeredDomain } from '../../src/infra/public-suffix.js'

it.each([
  ['myapp.box.example.com', 'example.com'],
  ['app.example.co.uk', 'example.co.uk'],
  ['shelley.app.ada.github.io', 'ada.github.io'],
  ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ['localhost', 'localhost'],
])('authorities count %s by %s', (host, domain) => {
  expect(registeredDomain(host)).toBe(domain)
})
