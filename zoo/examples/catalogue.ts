import type { Example } from './example.ts'
import { GO_EXAMPLES } from './go-examples.ts'
import { JAVA_EXAMPLES } from './java-examples.ts'
import { NODE_EXAMPLES } from './node-examples.ts'
import { PYTHON_EXAMPLES } from './python-examples.ts'

/** Every public example of a graceful shutdown that is tried. */
export const EXAMPLES: readonly Example[] = [...NODE_EXAMPLES, ...GO_EXAMPLES, ...PYTHON_EXAMPLES, ...JAVA_EXAMPLES]
