// Run with a specifier as its argument: imports it and prints, as JSON, what is different around it afterwards. An
// import that does nothing leaves everything as it was. Plain JavaScript, because it also runs on Node 22.
import { createHook } from 'node:async_hooks'
import http from 'node:http'

const specifier = process.argv[2]

const METHODS = [
  [http.Server.prototype, 'emit'],
  [http.Server.prototype, 'listen'],
  [globalThis, 'fetch'],
  [console, 'log'],
  [console, 'error'],
  [process, 'emit'],
  [process, 'exit'],
  [process.stdout, 'write'],
  [process.stderr, 'write'],
]

// What reading and linking modules takes by itself; anything else that begins was begun by the import: timers, also
// those that do not keep the process alive, sockets, watchers, workers, signal wraps.
const LOADING = new Set(['PROMISE', 'FSREQPROMISE', 'FSREQCALLBACK', 'FILEHANDLE', 'FILEHANDLECLOSEREQ', 'TickObject'])
const begun = []
createHook({
  init(_id, type) {
    if (!LOADING.has(type)) begun.push(type)
  },
}).enable()

function look() {
  return {
    begun: [...begun],
    resources: process.getActiveResourcesInfo().toSorted(),
    listeners: Object.fromEntries(process.eventNames().map((name) => [String(name), process.listenerCount(name)])),
    environment: { ...process.env },
    globals: Reflect.ownKeys(globalThis).map(String).toSorted(),
    methods: METHODS.map(([owner, name]) => owner[name]),
    directory: process.cwd(),
  }
}

// What Node itself opens on first use must not count against the import.
void process.stdout
void process.stderr
await import('node:path')

const before = look()
await import(specifier)
const after = look()

const differences = Object.keys(before).filter((what) =>
  what === 'methods'
    ? before.methods.some((method, index) => method !== after.methods[index])
    : JSON.stringify(before[what]) !== JSON.stringify(after[what]),
)
process.stdout.write(
  JSON.stringify(Object.fromEntries(differences.map((what) => [what, { before: before[what], after: after[what] }]))),
  // What the import left running must not keep this process waiting.
  () => process.exit(0),
)
