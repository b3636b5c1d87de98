/** What somebody typed, from Slack's way of storing it: links without their marks, straight quotes, no mention of us. */
export function typedWords(text: string, botUser: string): string {
  return text
    .replaceAll(new RegExp(`<@${botUser}(?:\\|[^>]*)?>`, 'g'), ' ')
    .replaceAll(/<(?:https?|mailto):[^|>]*\|([^>]*)>/g, '$1')
    .replaceAll(/<((?:https?|mailto):[^>]*)>/g, '$1')
    .replaceAll(/<[@#]([^|>]*)(?:\|([^>]*))?>/g, (_, id: string, name: string | undefined) => name ?? id)
    .replaceAll(/[“”]/g, '"')
    .replaceAll(/[‘’]/g, "'")
    .replaceAll('`', '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim()
}
