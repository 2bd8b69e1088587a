/** What one folder of `src` is for, and what it may import. `node:*` is always allowed, and a folder may import itself. */
export interface Layer {
  readonly folders: readonly string[]
  readonly packages: readonly string[]
}

const API = '@opentelemetry/api'

const RUNTIME = ['core', 'otlp', 'config', 'logging', 'telemetry', 'health', 'recovery', 'lifecycle', 'server']

/** The folders whose code only the command line and a user's tests load, never a production process. */
export const TOOL_SIDE = [
  'store',
  'receiver',
  'project',
  'process',
  'load',
  'check',
  'generate',
  'report',
  'trial',
  'dev',
  'cli',
] as const

/** The two sides share only these. */
export const SHARED = ['core', 'otlp'] as const

/**
 * The layers, lowest first. Each line holds only folders from lines above it, which is why there can be no cycle between
 * folders. A new folder needs a line here and one in the map of CONTRIBUTING.md; a new package needs a place here and a
 * paragraph in docs/dependencies.ts.
 */
export const LAYERS: Readonly<Record<string, Layer>> = {
  core: { folders: [], packages: [] },
  otlp: { folders: ['core'], packages: [] },

  config: { folders: ['core'], packages: [API, 'yaml', '@standard-schema/spec'] },
  logging: { folders: ['core'], packages: [API, 'pino'] },
  telemetry: {
    folders: ['core', 'otlp', 'config', 'logging'],
    packages: [API],
  },
  health: { folders: ['core'], packages: [API] },
  recovery: { folders: ['core'], packages: [API, 'cockatiel'] },
  lifecycle: { folders: ['core'], packages: [API] },
  server: { folders: ['core', 'lifecycle', 'health'], packages: [API] },
  service: { folders: RUNTIME, packages: [API, '@standard-schema/spec'] },

  store: { folders: ['core', 'otlp'], packages: [] },
  receiver: { folders: ['core', 'otlp', 'store'], packages: [] },

  register: { folders: [...RUNTIME, 'service'], packages: [API] },

  public: { folders: [...RUNTIME, 'service', 'register'], packages: [] },
  adapters: { folders: ['public'], packages: [API] },

  project: { folders: ['core'], packages: ['oxc-parser', 'yaml'] },
  process: { folders: ['core'], packages: [] },
  load: { folders: ['core'], packages: [] },
  check: { folders: ['core', 'project'], packages: [] },
  generate: { folders: ['core', 'project'], packages: [] },
  report: { folders: ['core', 'store'], packages: [] },
  trial: { folders: ['core', 'process', 'load', 'receiver', 'store', 'report'], packages: ['yaml'] },
  dev: { folders: ['core', 'process', 'receiver', 'store'], packages: [] },
  cli: {
    folders: [...SHARED, ...TOOL_SIDE.filter((folder) => folder !== 'cli'), 'public'],
    packages: [],
  },
}

/** Single files that may import more than their folder, each with the reason. */
export const FILE_EXCEPTIONS: Readonly<Record<string, Layer>> = {
  // The arithmetic of the budget is pure; by way of `public` the command would load a whole runtime to add six numbers.
  'src/cli/topics/budget.ts': { folders: [...SHARED, 'cli', 'lifecycle'], packages: [] },
  'src/cli/ask-budget.ts': { folders: ['cli', 'lifecycle'], packages: [] },
  // A configuration is checked as a service checks it; by way of `public` that would load a whole runtime, too.
  'src/cli/configuration-flags.ts': { folders: [...SHARED, 'cli', 'config'], packages: ['@standard-schema/spec'] },
  'src/cli/config-findings.ts': { folders: [...SHARED, 'cli', 'config'], packages: [] },
  'src/cli/ask-config.ts': { folders: [...SHARED, 'cli', 'config'], packages: [] },
  'src/cli/topics/config-explain.ts': { folders: ['cli', 'config'], packages: [] },
  // Adapters are built on the public face, as anybody's own would be; but their options are checked as all others are.
  'src/adapters/options/runtime-checks.ts': { folders: ['core', 'service'], packages: [] },
  // `seaworthy/testing` lends the embedded receiver to a user's own tests; no production process loads it.
  'src/public/testing.ts': { folders: ['store', 'receiver'], packages: [] },
}
