import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../scripts/repository-files.ts'
import { profile, type ProfileOptions } from './profile.ts'
import type { NodeMeasurement } from './results.ts'
import { type Target, targetsOf } from './targets.ts'
import { VARIANTS } from './variants.ts'

/** From the root: the profiles that the page links to. */
export const PROFILES_FOLDER = 'bench/telemetry/results/profiles'

/** The file of a missed target: all targets of a variant that show the same share one. */
export function profileFileOf({ variant, profile: kind }: Target, node: string): string {
  return `${`${variant} ${kind} node ${majorOf(node)}`.replaceAll(/[^a-z0-9]+/gi, '-')}.txt`
}

/** `24` of `v24.21.0` */
export function majorOf(node: string): string {
  return /\d+/.exec(node)?.[0] ?? node
}

type Surroundings = Omit<ProfileOptions, 'variant' | 'kind'>

/** Profiles of every target that was missed, each followed by that of what it is compared with, by the name of its file. */
export async function profileMissed(
  measurement: NodeMeasurement,
  options: Surroundings,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  for (const target of targetsOf(measurement)) {
    const file = profileFileOf(target, measurement.node)
    if (target.isMet || texts.has(file)) continue
    const of = VARIANTS.filter(({ name }) => name === target.variant || name === target.base)
    const own = of.find(({ name }) => name === target.variant)
    const base = of.find(({ name }) => name === target.base)
    if (own === undefined || base === undefined) continue
    const kind = target.profile
    const parts = [
      await profile({ ...options, variant: own, kind }),
      await profile({ ...options, variant: base, kind }),
    ]
    texts.set(file, `Node ${measurement.node}\n\n${parts.join('\n\n')}`)
  }
  return texts
}

/** Puts them in the place of those of an earlier measurement. */
export function keepProfiles(texts: ReadonlyMap<string, string>): void {
  const folder = join(ROOT, PROFILES_FOLDER)
  rmSync(folder, { recursive: true, force: true })
  if (texts.size > 0) mkdirSync(folder, { recursive: true })
  for (const [file, text] of texts) writeFileSync(join(folder, file), text)
}
