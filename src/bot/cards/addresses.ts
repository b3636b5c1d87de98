import type { SeenCertificate } from '../../core/certificates.js'
import type { Pointing } from '../../core/pointing.js'

/** How people reach what a sandbox serves, and how it stands with that; the composition root knows schemes and ports. */
export interface Addresses {
  /** The address of a host name: `https://myapp.box.example.com`. */
  url(host: string): string
  /** `ssh myapp@box.example.com` */
  sshLine(name: string): string
  readonly ssh: {
    readonly host: string
    readonly port: number
    /** Of SSHPiper, as ssh names it when it asks: `ED25519 SHA256:…`. Null where it is not known. */
    serverKey(): string | null
  }
  /** Where DNS was last seen to lead for a host name; null: not looked at yet. */
  pointing(host: string): Pointing | null
  /** This host's own public addresses; none where they are not known. */
  here(): readonly string[]
  /** What was last seen of the certificate of a host name, null: not looked at yet. Null: all is plain HTTP. */
  readonly certificates: { last(host: string): SeenCertificate | null } | null
}
