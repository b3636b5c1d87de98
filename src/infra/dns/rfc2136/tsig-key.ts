export interface TsigKey {
  readonly name: string
  readonly algorithm: string
  readonly secret: string
}

/** A key as `tsig-keygen` prints it, or as `algorithm:name:secret` in one line. Throws a sentence that quotes nothing. */
export function parseTsigKey(text: string): TsigKey {
  const name = /key\s+"?([\w.-]+)"?\s*\{/.exec(text)?.[1]
  const algorithm = /algorithm\s+"?([\w.-]+)"?\s*;/.exec(text)?.[1]
  const secret = /secret\s+"?([A-Za-z0-9+/=]+)"?\s*;/.exec(text)?.[1]
  if (name !== undefined && algorithm !== undefined && secret !== undefined) return { name, algorithm, secret }
  const line = /^([\w-]+):([\w.-]+):([A-Za-z0-9+/=]+)$/.exec(text.trim())
  if (line !== null) return { algorithm: line[1] ?? '', name: line[2] ?? '', secret: line[3] ?? '' }
  throw new Error(
    'The TSIG key is not one as tsig-keygen prints it: key "name" { algorithm hmac-sha256; secret "…"; };',
  )
}
