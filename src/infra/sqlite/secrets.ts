/** Throws where a message, or one anywhere inside this JSON, is marked as secret: a password is never stored. */
export function refuseSecret(json: string): void {
  JSON.parse(json, (key, value: unknown) => {
    if (key === 'secret' && value === true) throw new Error('a secret message is never stored')
    return value
  })
}
