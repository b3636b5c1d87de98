import { createPublicKey } from 'node:crypto'
import { UserError } from './errors.js'

/** OpenSSH takes no longer RSA modulus than this. */
const LONGEST_RSA = 16_384
const SHORTEST_RSA = 2048
/** What SSHPiper takes (golang.org/x/crypto/ssh): one key that it does not read closes the pipe for all. */
const LARGEST_EXPONENT = 2n ** 24n

const PRIMES: readonly number[] = primesUpTo(167)

/**
 * y-coordinates, the sign bit off, of the points of small order on Curve25519 (as in libsodium): for such a key,
 * signatures can be made by anybody.
 */
const SMALL_ORDER: ReadonlySet<string> = new Set([
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
])

/** Throws UserError with what makes the key weak, and what to make instead. */
export function demandStrongRsa(exponent: bigint, modulus: bigint): void {
  const bits = modulus.toString(2).length
  if (bits < SHORTEST_RSA) throw weak(`An RSA key of ${bits} bits is too weak; ${SHORTEST_RSA} is the least.`)
  if (bits > LONGEST_RSA) throw weak(`An RSA key of ${bits} bits is more than OpenSSH takes (${LONGEST_RSA}).`)
  if (exponent < 3n || exponent >= LARGEST_EXPONENT)
    throw weak('An RSA key with such an exponent is weak, or not taken.')
  const remainders = PRIMES.map((prime) => Number(modulus % BigInt(prime)))
  if (remainders.includes(0)) throw weak('That RSA key is weak: its modulus has a small factor.')
  if (PRIMES.every((prime, at) => POWERS.get(prime)?.has(remainders[at] ?? 0) === true))
    throw weak('That RSA key was made by a chip with the ROCA fault (CVE-2017-15361), and can be broken.')
}

export function demandStrongEd25519(point: Buffer): void {
  const y = Buffer.from(point)
  y[31] = (y[31] ?? 0) & 0x7f
  if (SMALL_ORDER.has(y.toString('hex'))) throw weak('That ed25519 key is weak: its point is of small order.')
}

/** Whether the uncompressed point lies on the curve; one that does not is no key. */
export function isOnCurve(curve: string, point: Buffer): boolean {
  const size = (point.length - 1) / 2
  const [x, y] = [point.subarray(1, 1 + size), point.subarray(1 + size)].map((half) => half.toString('base64url'))
  try {
    createPublicKey({ key: { kty: 'EC', crv: curve.replace('nistp', 'P-'), x: x ?? '', y: y ?? '' }, format: 'jwk' })
    return true
  } catch {
    return false
  }
}

function weak(why: string): UserError {
  return new UserError('invalid', `${why} Better: ssh-keygen -t ed25519`)
}

/** The powers of 65537 modulo each small prime: a modulus of the faulty chips is one of them for every prime. */
const POWERS: ReadonlyMap<number, ReadonlySet<number>> = new Map(
  PRIMES.map((prime) => {
    const powers = new Set<number>()
    for (let power = 1; !powers.has(power); power = (power * 65_537) % prime) powers.add(power)
    return [prime, powers]
  }),
)

function primesUpTo(most: number): readonly number[] {
  const numbers = Array.from({ length: most - 1 }, (_, at) => at + 2)
  return numbers.filter((number) => numbers.every((other) => other >= number || number % other !== 0))
}
