import type { Finding } from './refusal.js'

export type Path = readonly (string | number)[]

/** Gathers what is wrong, worded as Discord words it. Lengths count as JavaScript does: never less than Discord does. */
export class Findings {
  readonly all: Finding[] = []

  add(path: Path, code: string, message: string): void {
    this.all.push({ path, code, message })
  }

  text(path: Path, text: string | null | undefined, most: number, least = 0): void {
    if (text === undefined || text === null) return
    if (least > 0 && text.trim().length < least) this.add(path, 'BASE_TYPE_REQUIRED', 'This field is required')
    if (text.length > most) this.add(path, 'BASE_TYPE_MAX_LENGTH', `Must be ${most} or fewer in length.`)
    if (/\p{Surrogate}/u.test(text)) this.add(path, 'BASE_TYPE_BAD_STRING', 'Must be well-formed Unicode.')
  }

  count(path: Path, items: readonly unknown[], most: number, least = 0): void {
    if (items.length >= least && items.length <= most) return
    this.add(path, 'BASE_TYPE_BAD_LENGTH', `Must be between ${least} and ${most} in length.`)
  }

  unique(path: Path, values: readonly (string | number)[], code: string, message: string): void {
    if (new Set(values).size !== values.length) this.add(path, code, message)
  }

  url(path: Path, url: string, most: number, schemes: readonly string[]): void {
    this.text(path, url, most, 1)
    if (!URL.canParse(url) || !schemes.some((scheme) => url.startsWith(`${scheme}:`)))
      this.add(path, 'URL_TYPE_INVALID_URL', 'Not a well formed URL.')
  }
}
