import { parseQuantity } from '../../declared/quantity.ts'
import type { Facts } from '../../facts.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'

/** A limit that a runtime was given for its memory. */
export interface MemoryFlag {
  /** `-Xmx`. */
  readonly name: string
  readonly bytes: number
  /** `JAVA_TOOL_OPTIONS`, or `the command`. */
  readonly where: string
}

const MIB = 1024 * 1024

const FLAGS: readonly { readonly name: string; readonly pattern: RegExp; readonly unitOf: (unit: string) => number }[] =
  [
    // In MiB. @see https://nodejs.org/api/cli.html#--max-old-space-sizesize-in-mib
    { name: '--max-old-space-size', pattern: /--max[-_]old[-_]space[-_]size[= ](\d+)/g, unitOf: () => MIB },
    // @see https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html
    { name: '-Xmx', pattern: /-Xmx(\d+)([kKmMgGtT]?)/g, unitOf: (unit) => powerOf(unit) },
    { name: '-XX:MaxHeapSize', pattern: /-XX:MaxHeapSize=(\d+)([kKmMgGtT]?)/g, unitOf: (unit) => powerOf(unit) },
  ]

/** Variables whose words a runtime takes as its own flags. */
const VARIABLES = [
  'NODE_OPTIONS',
  'JAVA_TOOL_OPTIONS',
  'JDK_JAVA_OPTIONS',
  '_JAVA_OPTIONS',
  'JAVA_OPTS',
  'CATALINA_OPTS',
]

/** Limits in the environment, in the command, and in the commands of what it started. Of the same in two places, the first. */
export function memoryFlags(
  { env, command }: Pick<Facts, 'env' | 'command'>,
  lifetimes: readonly Lifetime[],
): MemoryFlag[] {
  const started = lifetimes.flatMap((lifetime) => eventsOf(lifetime, 'process-seen'))
  const texts = [
    { where: 'the command', text: command.join(' ') },
    ...VARIABLES.map((name) => ({ where: name, text: env[name] ?? '' })),
    ...started.map((each) => ({ where: 'the command of what it started', text: each.command })),
  ]
  const found = texts.flatMap(({ where, text }) =>
    FLAGS.flatMap(({ name, pattern, unitOf }) =>
      [...text.matchAll(pattern)].map(([, digits, unit = '']) => ({
        name,
        bytes: Number(digits) * unitOf(unit),
        where,
      })),
    ),
  )
  // @see https://pkg.go.dev/runtime/debug#SetMemoryLimit: a number with B, KiB, MiB, GiB, TiB or nothing
  const go = parseQuantity((env['GOMEMLIMIT'] ?? '').replace(/B$/, ''))
  if (go !== undefined) found.push({ name: 'GOMEMLIMIT', bytes: go, where: 'the environment' })
  return found.filter(
    (flag, index) => found.findIndex(({ name, bytes }) => name === flag.name && bytes === flag.bytes) === index,
  )
}

function powerOf(unit: string): number {
  return 1024 ** 'bkmgt'.indexOf((unit || 'b').toLowerCase())
}
