import type { Clock } from '../../core/clock.ts'
import type { Signal } from '../../otlp/model.ts'
import type { SignalSettings } from '../env/telemetry-env.ts'
import { openConsoleExporter } from './console-exporter.ts'
import { loadExporter, type OpenExporter } from './load-exporter.ts'

/** The exporter that the settings ask for, or `undefined` for none. `P` is what the signal's exporters take at once. */
export async function openExporter<P>(
  signal: Signal,
  settings: SignalSettings,
  clock: Clock,
): Promise<OpenExporter<P> | undefined> {
  switch (settings.exporter) {
    case 'otlp':
      return await loadExporter<P>(signal, settings.otlp, clock)
    case 'console':
      return openConsoleExporter(signal)
    case 'none':
      return undefined
  }
}
