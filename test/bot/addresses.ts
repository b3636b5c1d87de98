import type { Addresses } from '../../src/bot/cards/addresses.js'

/** Everything is reached as usual, and nothing was looked at yet. */
export const addresses: Addresses = {
  url: (host) => `https://${host}`,
  sshLine: (name) => `ssh ${name}@box.example.com`,
  ssh: { host: 'box.example.com', port: 22, serverKey: () => null },
  pointing: () => null,
  here: () => ['203.0.113.7', '2001:db8::7'],
  certificates: { last: () => null },
}
