const turns = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]] as const

/** RFC 1321's table: 32 bits of the sines of 1, 2, 3 …, each made of the two before it, for Math.sin is not the same in every engine. */
const sines = new Int32Array(64)
for (let at = 0, before = 0, sine = 0.8414709848078965; at < 64; at += 1) {
  sines[at] = Math.floor(Math.abs(sine) * 0x100000000)
  ;[before, sine] = [sine, 2 * 0.5403023058681398 * sine - before]
}

/** The MD5 of a text of ASCII, as hexadecimal digits: no protection, but what Go's sorting goes by in places. */
export function md5(text: string): string {
  const words = padded(text)
  const state = Int32Array.of(0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476)
  for (let block = 0; block < words.length; block += 16) digestBlock(state, words, block)
  return Array.from(new Uint8Array(state.buffer), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A one, zeros, and the length in bits, up to whole blocks. */
function padded(text: string): Int32Array {
  const { length } = text
  const words = new Int32Array((((length + 8) >> 6) + 1) * 16)
  for (let at = 0; at < length; at += 1) words[at >> 2] = words[at >> 2]! | (text.charCodeAt(at) << (8 * (at & 3)))
  words[length >> 2] = words[length >> 2]! | (0x80 << (8 * (length & 3)))
  words[words.length - 2] = length * 8
  words[words.length - 1] = Math.floor(length / 0x20000000)
  return words
}

function digestBlock(state: Int32Array, words: Int32Array, block: number): void {
  let [a, b, c, d] = state as unknown as [number, number, number, number]
  for (let step = 0; step < 64; step += 1) {
    const round = step >> 4
    const mixed = round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d)
    const place = round === 0 ? step : round === 1 ? 5 * step + 1 : round === 2 ? 3 * step + 5 : 7 * step
    const sum = (a + mixed + sines[step]! + words[block + (place & 15)]!) | 0
    const by = turns[round as 0 | 1 | 2 | 3][(step & 3) as 0 | 1 | 2 | 3]
    a = d
    d = c
    c = b
    b = (b + ((sum << by) | (sum >>> (32 - by)))) | 0
  }
  state[0] = state[0]! + a
  state[1] = state[1]! + b
  state[2] = state[2]! + c
  state[3] = state[3]! + d
}
