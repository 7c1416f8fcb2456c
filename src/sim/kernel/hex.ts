const digits = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))
const dash = '-'.charCodeAt(0)

/** One of its own for each length: a text is made of codes in one piece, where adding up its parts would leave a tree of them. */
const sixteen = Array.from({ length: 16 }, () => 0)
const uuid = Array.from({ length: 36 }, () => dash)

/** The 16 hexadecimal digits of two 32-bit words. */
export function hexOfWords(high: number, low: number): string {
  writeDigits(sixteen, 0, high, 28, 0)
  writeDigits(sixteen, 8, low, 28, 0)
  return String.fromCharCode(...sixteen)
}

/** Four 32-bit words as a UUID is written. */
export function uuidOfWords(a: number, b: number, c: number, d: number): string {
  writeDigits(uuid, 0, a, 28, 0)
  writeDigits(uuid, 9, b, 28, 16)
  writeDigits(uuid, 14, b, 12, 0)
  writeDigits(uuid, 19, c, 28, 16)
  writeDigits(uuid, 24, c, 12, 0)
  writeDigits(uuid, 28, d, 28, 0)
  return String.fromCharCode(...uuid)
}

/** The digits of a word from the one at bit `first` down to the one at bit `last`. */
function writeDigits(codes: number[], start: number, word: number, first: number, last: number): void {
  let at = start
  for (let shift = first; shift >= last; shift -= 4) {
    codes[at] = digits[(word >>> shift) & 15]!
    at += 1
  }
}
