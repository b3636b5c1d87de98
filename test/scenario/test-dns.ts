import { startSimulatedDns } from '../../src/infra/simulator/dns.js'

/** The world's DNS, as a test wants it. */
export class TestDns {
  private readonly names = new Map<string, readonly string[]>()
  private close: () => Promise<void> = () => Promise.resolve()

  /** `base` leads to this host. */
  static async start(base: string): Promise<{ readonly dns: TestDns; readonly resolver: string }> {
    const dns = new TestDns()
    dns.leads(base, '127.0.0.1')
    const server = await startSimulatedDns((host) => dns.names.get(host) ?? null)
    dns.close = () => server.close()
    return { dns, resolver: server.address }
  }

  /** From now on; to nowhere where no address is given. */
  leads(host: string, ...addresses: readonly string[]): void {
    if (addresses.length === 0) this.names.delete(host)
    else this.names.set(host, addresses)
  }

  stop(): Promise<void> {
    return this.close()
  }
}
