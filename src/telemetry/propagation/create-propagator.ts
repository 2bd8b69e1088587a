import type { TextMapPropagator } from '@opentelemetry/api'
import type { PropagatorName } from '../env/propagators-env.ts'
import { B3Propagator } from './b3-propagator.ts'
import { BaggagePropagator } from './baggage-propagator.ts'
import { CompositePropagator } from './composite-propagator.ts'
import { TraceContextPropagator } from './trace-context-propagator.ts'

/** What carries the context from and to other processes, in the formats that are asked for; none at all is possible. */
export function createPropagator(names: readonly PropagatorName[]): TextMapPropagator {
  return new CompositePropagator(names.map(createOne))
}

function createOne(name: PropagatorName): TextMapPropagator {
  switch (name) {
    case 'tracecontext':
      return new TraceContextPropagator()
    case 'baggage':
      return new BaggagePropagator()
    case 'b3':
      return new B3Propagator({ encoding: 'single' })
    case 'b3multi':
      return new B3Propagator({ encoding: 'multi' })
  }
}
