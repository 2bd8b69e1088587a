// Before an application: the published instrumentations of its libraries, where the door itself has none.
import { instrumentations, ofStock } from './of-stock.mjs'

ofStock('@opentelemetry/instrumentation').registerInstrumentations({ instrumentations: instrumentations() })
