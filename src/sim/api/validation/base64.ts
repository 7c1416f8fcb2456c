const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** How many bytes a text in base64 stands for. */
export function decodedLength(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return (text.length / 4) * 3 - padding
}

/** The bytes as characters, one each: enough to judge syntax. */
export function decodedBytes(text: string): string {
  let bytes = ''
  for (let at = 0; at < text.length; at += 4) {
    const [first = 0, second = 0, third = 0, fourth = 0] = [0, 1, 2, 3].map((offset) => Math.max(digits.indexOf(text.charAt(at + offset)), 0))
    const bits = first * 262_144 + second * 4096 + third * 64 + fourth
    bytes += String.fromCharCode(bits >> 16, (bits >> 8) & 255, bits & 255)
  }
  return bytes.slice(0, decodedLength(text))
}
