/** What a sandbox's owner is told although nobody asked for it. Sizes in bytes. */
export type Notice =
  | { readonly notice: 'stopped' }
  | { readonly notice: 'lost' }
  | { readonly notice: 'out-of-memory'; readonly limit: number | null }
  | { readonly notice: 'disk-full'; readonly used: number; readonly size: number }
  | { readonly notice: 'certificate'; readonly host: string; readonly reason: string }
  /** DNS leads there now, and it is published. */
  | { readonly notice: 'domain'; readonly host: string }
  /** As ssh names them: `ED25519 SHA256:…`. */
  | { readonly notice: 'host-keys'; readonly keys: readonly string[] }
  | { readonly notice: 'repair-failed'; readonly reason: string }
