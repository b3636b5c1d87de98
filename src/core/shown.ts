const MOST = 64

/** A word that someone typed, as a sentence can repeat it between its own marks. */
export function shown(word: string): string {
  const plain = word.replaceAll('`', '’')
  return plain.length > MOST ? `${plain.slice(0, MOST - 1)}…` : plain
}
