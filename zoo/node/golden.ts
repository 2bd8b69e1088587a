// Golden: nothing is wrong with it.
import { sail } from './base.ts'

await sail()
