import { randomInt } from 'node:crypto'

/** Letters and digits that are not mistaken for each other when read aloud. */
export const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ'

/** What a person can tell an admin, and the log has beside the cause. */
export function incidentId(): string {
  return Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join('')
}
