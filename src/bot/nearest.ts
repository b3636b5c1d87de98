/** The known word that was probably meant; null where none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const wanted = word.slice(0, 40).toLowerCase()
  const begun = wanted.length > 1 ? known.filter((one) => one.startsWith(wanted)) : []
  if (begun.length === 1) return begun[0] ?? null
  const scored = known.map((one) => ({ one, far: distance(wanted, one) })).sort((a, b) => a.far - b.far)
  const best = scored[0]
  return best !== undefined && best.far <= Math.max(1, Math.floor(best.one.length / 3)) ? best.one : null
}

/** Insertions, deletions and changes of one letter (Levenshtein), a swap of neighbours counting as one. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? cell(rows, i - 2, j - 2) + 1 : 99
      row.push(Math.min(cell(rows, i - 1, j) + 1, (row[j - 1] ?? 0) + 1, cell(rows, i - 1, j - 1) + same, swap))
    }
    rows.push(row)
  }
  return cell(rows, a.length, b.length)
}

function cell(rows: readonly number[][], i: number, j: number): number {
  return rows[i]?.[j] ?? 99
}
