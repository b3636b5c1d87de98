/** What a check found against a payload, in Slack's words: `[ERROR] … [json-pointer:/blocks/0/text]`. */
export class Findings {
  readonly messages: string[] = []

  add(pointer: string, words: string): void {
    this.messages.push(`[ERROR] ${words} [json-pointer:${pointer}]`)
  }

  /** Counts as JavaScript does, which is never less than Slack does. */
  text(pointer: string, text: string | undefined, most: number, least = 1): void {
    if (text === undefined) return
    if (text.length < least) this.add(pointer, `must be more than ${least - 1} characters`)
    if (text.length > most) this.add(pointer, `must be less than ${most + 1} characters`)
    if (/\p{Surrogate}/u.test(text)) this.add(pointer, 'must be well-formed Unicode')
  }

  count(pointer: string, items: readonly unknown[], most: number, least = 1): void {
    if (items.length < least) this.add(pointer, `no fewer than ${least} items allowed`)
    if (items.length > most) this.add(pointer, `no more than ${most} items allowed`)
  }

  unique(pointer: string, ids: readonly (string | undefined)[]): void {
    const given = ids.filter((id) => id !== undefined)
    for (const id of given.filter((one, index) => given.indexOf(one) !== index)) {
      this.add(pointer, `\`${id}\` is used more than once`)
    }
  }

  url(pointer: string, url: string | undefined): void {
    if (url === undefined) return
    this.text(pointer, url, 3000)
    if (!/^(https?|mailto|slack):/.test(url) || !URL.canParse(url)) this.add(pointer, 'invalid url')
  }
}
