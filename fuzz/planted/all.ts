import { bugsOfApi } from './api.ts'
import { bugsOfControllers } from './controllers.ts'
import { bugsOfNodes } from './nodes.ts'
import type { Planted } from './planted.ts'

/** Every bug that is planted by `npm run fuzz -- --planted`. */
export const plantedBugs: readonly Planted[] = [...bugsOfApi, ...bugsOfControllers, ...bugsOfNodes]
