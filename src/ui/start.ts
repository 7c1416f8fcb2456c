import { startScenario } from '../scenario/gallery.ts'
import { decodeLink } from '../scenario/link.ts'
import { startKeepingWork } from './share/keep-work.ts'
import { offer } from './share/offered.ts'
import { openScenario } from './share/open-scenario.ts'
import { keptLayout, keptWork } from './share/storage.ts'

/** The first thing a visitor sees: what a link offers, what was open last, or else the shop. */
export async function start(): Promise<void> {
  const isLink = offerLink()
  const kept = await keptWork()
  if (kept) openScenario(kept, isLink, await keptLayout())
  else if (!isLink) startShop()
  startKeepingWork()
  addEventListener('hashchange', offerLink)
}

export function startShop(): void {
  openScenario(startScenario.scenario)
}

/** True when the address holds a link. */
function offerLink(): boolean {
  const { hash } = location
  if (hash.length < 2) return false
  offer(decodeLink(hash))
  return true
}
