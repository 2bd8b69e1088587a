import { rename, writeFile } from 'node:fs/promises'
import { createService, type Service, type ServiceOptions, type ServiceReloadOptions } from 'seaworthy'
import { z } from 'zod'
import { type TemporaryFiles, temporaryFiles } from '../../config/temporary-files.ts'
import { quiet } from '../open-service.ts'

export const schema = z.object({
  version: z.number().int(),
  level: z.string().default('info'),
  limits: z.object({ perUser: z.number().int().positive() }).default({ perUser: 10 }),
  database: z.object({ host: z.string() }).default({ host: 'db-1' }),
  password: z.string().optional(),
})
export type Config = z.infer<typeof schema>

/** A service whose configuration is one file, with ways to change that; stopped at the end of the scope. */
export interface ReloadingService extends AsyncDisposable {
  readonly service: Service<Config>
  readonly files: TemporaryFiles
  /** Puts another configuration in the place of the one that is there, and reloads. */
  readonly change: (config: Partial<Config> | string) => ReturnType<Service['reload']>
  readonly write: (config: Partial<Config> | string) => Promise<void>
}

export interface ReloadingOptions {
  readonly reload?: ServiceReloadOptions<Config> | true
  readonly settings?: ServiceOptions<typeof schema>['settings']
  readonly over?: Partial<ServiceOptions<typeof schema>>
  readonly initial?: Partial<Config>
}

/** Not started yet. Without a trial, and without anything that is watched, unless `reload` says so. */
export async function reloadingService({
  reload,
  settings,
  over,
  initial,
}: ReloadingOptions = {}): Promise<ReloadingService> {
  const files = await temporaryFiles({ 'app.json': JSON.stringify({ version: 1, ...initial }) })
  const service = createService({
    ...(quiet() as unknown as ServiceOptions<typeof schema>),
    config: {
      schema,
      files: [files.path('app.json')],
      reload: reload ?? { watch: false, debounce: 10, postCheck: false },
    },
    ...(settings === undefined ? {} : { settings }),
    ...over,
  })
  const write = async (config: Partial<Config> | string): Promise<void> => {
    await writeFile(files.path('new'), typeof config === 'string' ? config : JSON.stringify(config))
    await rename(files.path('new'), files.path('app.json'))
  }
  return {
    service,
    files,
    write,
    async change(config) {
      await write(config)
      return service.reload('test')
    },
    async [Symbol.asyncDispose]() {
      await service.stop()
      await files[Symbol.asyncDispose]()
    },
  }
}
