/**
 * Which 32 bytes are a sound Ed25519 public key. Neither node:crypto nor Web Crypto looks when it imports one: they
 * take points off the curve, and points of small order, for which anybody can make valid signatures.
 */

const p = 2n ** 255n - 19n;
/** d = -121665/121666 mod p (RFC 8032, section 5.1). */
const d = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

/**
 * @param key the encoded point: y, little endian, with the sign of x in the top bit (RFC 8032, section 5.1.2)
 * @returns whether y is below p, on the curve, and not of a point whose order divides 8
 */
export function isSoundEd25519Key(key: Uint8Array): boolean {
  const y = BigInt(`0x${Buffer.from(key).reverse().toString('hex')}`) & (2n ** 255n - 1n);
  if (y >= p) return false;
  const y2 = (y * y) % p;
  return hasPoint(y2) && !hasSmallOrder(y, y2);
}

/**
 * x² = (y² - 1) / (dy² + 1) needs a square on the right. The divisor is never zero, so the product tells as well
 * (Euler's criterion). The two points with x = 0, of order 1 and 2, give 0 and count as none.
 */
function hasPoint(y2: bigint): boolean {
  return power((y2 - 1n + p) * (d * y2 + 1n), (p - 1n) / 2n) === 1n;
}

/** Order 4: y = 0. Order 8: twice the point has y = 0, so x² = -y², hence dy⁴ + 2y² = 1. */
function hasSmallOrder(y: bigint, y2: bigint): boolean {
  return y === 0n || (d * y2 * y2 + 2n * y2) % p === 1n;
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % p;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % p;
    square = (square * square) % p;
  }
  return result;
}
