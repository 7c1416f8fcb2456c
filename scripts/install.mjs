// Installs what is missing and generates Kubernetes' types and schemas: for a clean checkout before `npm run check`.
import { ensureInstalled, requireNode } from './workspace.mjs'

requireNode()
ensureInstalled()
