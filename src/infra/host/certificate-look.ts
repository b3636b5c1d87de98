import { checkServerIdentity, connect, type PeerCertificate } from 'node:tls'
import type { SeenCertificate } from '../../core/certificates.js'
import type { CertificateLook, Clock } from '../../core/ports.js'

/** A certificate that is obtained for the handshake takes some seconds; Caddy gets it also where nobody waits any more. */
const LIMIT_MS = 10_000

/** Sees certificates by a handshake with Caddy's own listener, past DNS. */
export class HandshakeLook implements CertificateLook {
  constructor(
    private readonly listener: { readonly host: string; readonly port: number },
    private readonly clock: Clock,
  ) {}

  async see(host: string): Promise<SeenCertificate> {
    return new Promise((resolve) => {
      // What browsers would refuse is what is to be seen.
      const socket = connect({ ...this.listener, servername: host, rejectUnauthorized: false })
      const end = (seen: SeenCertificate): void => {
        socket.destroy()
        resolve(seen)
      }
      socket.setTimeout(LIMIT_MS, () => end({ state: 'none' }))
      socket.on('error', (error) => end(failure(error)))
      socket.on('secureConnect', () => end(judged(host, socket.getPeerCertificate(), this.clock.now())))
    })
  }
}

function judged(host: string, certificate: PeerCertificate, now: Date): SeenCertificate {
  const [since, until] = [new Date(certificate.valid_from), new Date(certificate.valid_to)]
  if (Number.isNaN(until.getTime())) return { state: 'none' }
  if (checkServerIdentity(host, certificate) !== undefined) return { state: 'wrong', why: 'is for another name' }
  if (until.getTime() <= now.getTime()) return { state: 'wrong', why: 'has expired' }
  if (since.getTime() > now.getTime()) return { state: 'wrong', why: 'is not valid yet' }
  const names = [certificate.issuer.O, certificate.issuer.CN].flat().filter((name) => name !== undefined)
  return { state: 'right', issuer: names[0] ?? 'an unnamed authority', since, until }
}

/** An alert in the handshake: Caddy has none for this name. */
function failure(error: Error): SeenCertificate {
  const code = 'code' in error ? String(error.code) : ''
  const isAlert = code.startsWith('ERR_SSL') || code === 'EPROTO' || code === 'ECONNRESET'
  return isAlert ? { state: 'none' } : { state: 'unknown', why: code || error.message }
}
