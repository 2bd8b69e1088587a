// Configuration alone. In a service it is the option `config` of `createService()`, which passes process.env.
import { mkdir, writeFile } from 'node:fs/promises'
import { isSeaworthyError, loadConfig, toSecret } from 'seaworthy'
import { z } from 'zod'

await mkdir('config', { recursive: true })
await writeFile('config/orders.yaml', 'http:\n  port: 8081\ndatabase:\n  url: postgres://orders:s3cret@db/orders\n')
await writeFile('db-password', 'hunter2\n')

// #region load
const schema = z.object({
  http: z
    .object({ port: z.number().int().max(65_535).default(8080), keepAlive: z.boolean().default(true) })
    .prefault({}),
  database: z.object({ url: z.url(), password: z.string().transform(toSecret) }),
  discountRatio: z.number().min(0).max(1).default(0),
})

const config = await loadConfig({
  schema,
  files: ['config/orders.yaml', { path: 'config/local.yaml', optional: true }],
  env: {
    HTTP__KEEP_ALIVE: 'false',
    DISCOUNT_RATIO: '0.1',
    DATABASE__PASSWORD_FILE: 'db-password',
  },
})

config.value.http.port // 8081: a number, frozen
config.value.database.password.reveal() // the only way to see it
// #endregion load

// #region explain
console.log(config.describe())
// #endregion explain

// #region refused
try {
  await loadConfig({
    schema,
    files: ['config/orders.yaml'],
    env: { HTTP__PROT: '8082', DISCOUNT_RATIO: '10%' },
  })
} catch (error) {
  if (!isSeaworthyError(error, 'SEA_CONFIG_INVALID')) throw error
  console.log(error.describe())
}
// #endregion refused

const { port, keepAlive } = config.value.http
if (port !== 8081 || keepAlive || config.value.database.password.reveal() !== 'hunter2') throw new Error('not as said')
if (config.describe().includes('hunter2')) throw new Error('a secret was shown')
