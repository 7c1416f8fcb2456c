import { freezeSealedLists } from '../src/sim/kernel/sealed-list.ts'

// Before every test file: what nobody may write to throws at who does.
freezeSealedLists()
