type Direction = 'left' | 'right' | 'up' | 'down'

/** Moves the focus to the nearest thing in a direction: from chip to chip, from card to card. */
export function walk(direction: Direction): void {
  const things = [...document.querySelectorAll<HTMLElement>('.canvas [data-thing]:is(button)')]
  const from = document.activeElement?.closest<HTMLElement>('[data-thing]') ?? document.querySelector<HTMLElement>('.canvas [data-thing][data-selected], .canvas [data-thing][aria-pressed=true]')
  if (!from) {
    things[0]?.focus()
    return
  }
  const here = centre(from)
  let best: HTMLElement | null = null
  let bestCost = Infinity
  for (const thing of things) {
    if (thing === from) continue
    const cost = costOf(here, centre(thing), direction)
    if (cost < bestCost) [best, bestCost] = [thing, cost]
  }
  best?.focus()
}

interface Point {
  readonly x: number
  readonly y: number
}

function centre(element: HTMLElement): Point {
  const box = element.getBoundingClientRect()
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 }
}

/** Pure: how far it is in that direction, going astray counted three times; infinite when it lies elsewhere. */
export function costOf(from: Point, to: Point, direction: Direction): number {
  const [x, y] = [to.x - from.x, to.y - from.y]
  const along = direction === 'right' ? x : direction === 'left' ? -x : direction === 'down' ? y : -y
  const astray = Math.abs(direction === 'left' || direction === 'right' ? y : x)
  return along <= 2 ? Infinity : along + 3 * astray
}
