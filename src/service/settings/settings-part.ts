import type { RuntimeSettings } from './runtime-settings.ts'

/** Where a service is when its settings are looked at: what is not there yet can't be checked, and is checked later. */
export interface SettingsMoment {
  /** Whether every component has started. */
  readonly hasStarted: boolean
}

/** Something of a service that can be set while it runs, by one or more of the settings. */
export interface SettingsPart {
  /** Which it answers for. */
  readonly names: readonly (keyof RuntimeSettings)[]
  /**
   * Refuses what it could not do, and changes nothing.
   *
   * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
   */
  check(settings: RuntimeSettings, moment: SettingsMoment): void
  /** Does what was checked; what is left out is again what it was at the start. Must not throw. */
  apply(settings: RuntimeSettings, moment: SettingsMoment): void
}

/** What one setting does, for whoever offers it from elsewhere. */
export interface SettingTarget<V> {
  /** @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`; nothing is changed */
  check(value: V | undefined): void
  /** @param value what was checked; `undefined` for what held at the start */
  apply(value: V | undefined): void
}
