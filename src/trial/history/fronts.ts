import type { Lifetime, LifetimeSettings } from './lifetime.ts'

/** Where our proxy in front of a dependency listens: what the service is told in place of the dependency's own address. */
export interface Front {
  readonly dependency: string
  readonly host: string
  readonly port: number
}

const SETTING = 'front.'

/** What a lifetime says of a front in its settings. */
export function frontSettings({ dependency, host, port }: Front): LifetimeSettings {
  return { [`${SETTING}${dependency}`]: `${host}:${port}` }
}

/** The fronts of this lifetime; none of one that was saved before they were written down. */
export function frontsOf({ settings }: Pick<Lifetime, 'settings'>): readonly Front[] {
  return Object.entries(settings)
    .filter(([name]) => name.startsWith(SETTING))
    .map(([name, value]) => {
      const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(String(value)) ?? []
      return { dependency: name.slice(SETTING.length), host, port: Number(port) }
    })
}
