let looked = 0

/**
 * The same text in one piece. An engine keeps what was put together as a tree of its parts, several times as large as the text, until somebody looks into it;
 * what is kept for long is therefore looked into. V8 builds such trees from thirteen characters on.
 */
export function flatText(text: string): string {
  // Summed up, or a compiler would see that the looking has no effect.
  if (text.length > 12) looked = (looked + text.charCodeAt(1)) & 0xffff
  return text
}
