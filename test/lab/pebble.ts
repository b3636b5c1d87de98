import { execa } from 'execa'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, request } from 'undici'
import { freePort } from '../contract/caddy-world.js'
import type { Lab } from './lab.js'

/** A certificate authority that speaks ACME and validates for real, by the lab's BIND and Caddy's own listeners. */
export class Pebble {
  private constructor(
    readonly directory: string,
    /** Of its own HTTPS, for Caddy. */
    readonly rootFile: string,
    private readonly management: string,
    private readonly folder: string,
    private readonly child: PromiseLike<unknown> & { kill(): unknown },
    private readonly dispatcher: Agent,
  ) {}

  static async start(lab: Lab): Promise<Pebble> {
    const folder = mkdtempSync(join(tmpdir(), 'pebble-'))
    const at = (name: string): string => join(folder, name)
    const subject = ['-subj', '/CN=Pebble', '-addext', 'subjectAltName=IP:127.0.0.1']
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at('key.pem')]
    await execa('openssl', ['req', '-x509', ...key, '-days', '2', '-out', at('root.pem'), ...subject])
    const [acme, management] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
    const portOf = (address: string): number => Number(address.split(':')[1])
    const config = {
      pebble: {
        listenAddress: acme,
        managementListenAddress: management,
        certificate: at('root.pem'),
        privateKey: at('key.pem'),
        httpPort: portOf(lab.caddy.http),
        tlsPort: portOf(lab.caddy.https),
      },
    }
    writeFileSync(at('config.json'), JSON.stringify(config))
    const options = ['-config', at('config.json'), '-dnsserver', lab.dns.bind.address]
    const env = { PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '0' }
    const log = at('log')
    const child = execa(lab.pebble, options, {
      env,
      reject: false,
      stdin: 'ignore',
      stdout: { file: log },
      stderr: { file: log },
    })
    const dispatcher = new Agent({ connect: { ca: readFileSync(at('root.pem'), 'utf8') } })
    const directory = `https://${acme}/dir`
    const pebble = new Pebble(directory, at('root.pem'), `https://${management}`, folder, child, dispatcher)
    await pebble.answering()
    return pebble
  }

  /** The root with which it signs: another one at each start. */
  async root(): Promise<string> {
    const answer = await request(`${this.management}/roots/0`, { dispatcher: this.dispatcher })
    return answer.body.text()
  }

  /** Certificates that were asked for so far. */
  orders(): number {
    return readFileSync(join(this.folder, 'log'), 'utf8').split('POST /order-plz').length - 1
  }

  async stop(): Promise<void> {
    this.child.kill()
    await this.child
    await this.dispatcher.close()
    rmSync(this.folder, { recursive: true })
  }

  private async answering(): Promise<void> {
    for (let tried = 0; ; tried += 1) {
      try {
        const answer = await request(this.directory, { dispatcher: this.dispatcher })
        await answer.body.dump()
        return
      } catch (error) {
        if (tried === 100) throw error
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }
}
