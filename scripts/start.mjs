// npm start: installs what is missing, builds what has changed, serves the page and opens it. Needs only Node.
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, requireNode, root, start } from './workspace.mjs'
import { serve } from './serve.mjs'

requireNode()
ensureInstalled()
ensureBuilt()
const { url } = await serve(join(root, 'dist'), 4173)
console.log(`\n  Kubarium runs at ${url}\n  Stop it with Ctrl+C.\n`)
if (process.stdout.isTTY && !process.env.CI) open(url)

/** Opens the visitor's browser; where there is none, the printed address is enough. */
function open(address) {
  const [command, ...args] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform] ?? ['xdg-open']
  start(command, [...args, address], { stdio: 'ignore', detached: true }).on('error', () => {}).unref()
}
