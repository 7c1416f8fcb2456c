import type { Endpoints } from '../../sim/api/generated/types.ts'

const shownAtMost = 3

/** What kubectl lists of Endpoints: the first who are ready, each at each port, and how many more there are. */
export function endpointsText({ subsets = [] }: Endpoints): string {
  const texts: string[] = []
  let count = 0
  for (const { addresses = [], ports = [] } of subsets) {
    for (const port of ports.length > 0 ? ports.map((each) => each.port) : [undefined]) {
      count += addresses.length
      for (const { ip } of addresses.slice(0, shownAtMost - texts.length)) texts.push(port === undefined ? ip : `${ip.includes(':') ? `[${ip}]` : ip}:${port}`)
    }
  }
  if (count === 0) return '<none>'
  return count > shownAtMost ? `${texts.join(',')} + ${count - shownAtMost} more...` : texts.join(',')
}
