/** How people reach what a sandbox serves; the composition root knows schemes and ports. */
export interface Addresses {
  /** The address of a host name: `https://myapp.box.example.com`. */
  url(host: string): string
  /** `ssh myapp@box.example.com` */
  sshLine(name: string): string
}
