/**
 * A row of whole numbers that is kept for long: as a text with one character a number, which weighs a third of a typed array as short as these,
 * or as 32-bit numbers when one of them is no character.
 */
export type NumberText = string | Int32Array

/** Packs a row of numbers. */
export function numberText(numbers: readonly number[] | Int32Array): NumberText {
  for (let at = 0; at < numbers.length; at += 1) if (numbers[at]! < 0 || numbers[at]! > 0xffff) return Int32Array.from(numbers)
  return textOf(numbers)
}

/** The number at a place. */
export function numberAt(numbers: NumberText, at: number): number {
  return typeof numbers === 'string' ? numbers.charCodeAt(at) : numbers[at]!
}

/** All of them. */
export function numbersOf(numbers: NumberText): readonly number[] {
  return Array.from({ length: numbers.length }, (_, at) => numberAt(numbers, at))
}

/** In blocks: a call takes only so many arguments. */
function textOf(numbers: readonly number[] | Int32Array): string {
  if (numbers.length <= 4096) return String.fromCharCode(...numbers)
  return textOf(numbers.slice(0, 4096)) + textOf(numbers.slice(4096))
}
