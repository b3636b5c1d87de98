export type Json = unknown
export type JsonObject = { readonly [key: string]: Json }

export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whatever is no object reads as an empty one: half a config is repaired like none. */
export const objectOf = (value: Json): JsonObject => (isObject(value) ? value : {})

export const listOf = (value: Json): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [])

export function at(value: Json, ...path: readonly (string | number)[]): Json {
  let here = value
  for (const step of path) {
    here = typeof step === 'number' ? listOf(here)[step] : objectOf(here)[step]
  }
  return here
}

export const textAt = (value: Json, ...path: readonly (string | number)[]): string | null => {
  const found = at(value, ...path)
  return typeof found === 'string' ? found : null
}
