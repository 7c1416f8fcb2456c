// npm test: installs what is missing, a Chromium included, and runs the unit tests, the golden data and the browser tests. Needs only Node.
import { ensureBuilt, ensureInstalled, giveUp, requireNode, runTool } from './workspace.mjs'

requireNode()
ensureInstalled()
const { findChromium } = await import('./chromium.mjs')
const chromium = await findChromium()
if (!chromium) giveUp('The browser tests need Chromium and none could be found or installed. Install one, or name it: CHROMIUM=/path/to/chromium npm test')
runTool('vitest/vitest.mjs', ['run'])
ensureBuilt()
runTool('@playwright/test/cli.js', ['test', ...process.argv.slice(2)], { env: { ...process.env, CHROMIUM: chromium } })
