import type { Animal } from './animal.ts'
import { GO } from './go.ts'
import { JAVA } from './java.ts'
import { NODE } from './node.ts'
import { ORDERS } from './orders.ts'
import { PYTHON } from './python.ts'

/** Every animal of the zoo. */
export const ANIMALS: readonly Animal[] = [...NODE, ORDERS, ...GO, ...PYTHON, ...JAVA]
