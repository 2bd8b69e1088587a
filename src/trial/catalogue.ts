import { loadCatalogue } from '../core/catalogue.ts'
import { isTrial, type Trial } from './trial.ts'
import { isVoyage, type Voyage } from './voyage.ts'

/** Every trial, by id. @throws {@link SeaworthyError} `SEA_CATALOGUE_INVALID` naming the file that is broken */
export function loadTrials(): Promise<ReadonlyMap<string, Trial>> {
  return loadCatalogue(new URL('trials/', import.meta.url), isTrial)
}

/** Every voyage, by id. @throws {@link SeaworthyError} `SEA_CATALOGUE_INVALID` naming the file that is broken */
export function loadVoyages(): Promise<ReadonlyMap<string, Voyage>> {
  return loadCatalogue(new URL('voyages/', import.meta.url), isVoyage)
}
