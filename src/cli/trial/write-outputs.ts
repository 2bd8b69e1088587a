import { writeFile } from 'node:fs/promises'
import { renderJunit } from '../../trial/output/junit.ts'
import { renderMarkdown } from '../../trial/output/markdown.ts'
import type { TrialReport } from '../../trial/report.ts'
import { OUTPUTS, type TrialFlags } from './trial-flags.ts'

/** Writes the files that were asked for. @returns what could not be written, a sentence each */
export async function writeOutputs(report: TrialReport, flags: TrialFlags): Promise<readonly string[]> {
  const problems: string[] = []
  for (const name of OUTPUTS) {
    const path = flags.outputs[name]
    if (path === undefined) continue
    try {
      await writeFile(path, await render(name, report, flags))
    } catch (error) {
      problems.push(`${path} could not be written: ${(error as Error).message}`)
    }
  }
  return problems
}

async function render(name: (typeof OUTPUTS)[number], report: TrialReport, { isStrict }: TrialFlags): Promise<string> {
  if (name === 'junit') return renderJunit(report, isStrict)
  if (name === 'markdown') return renderMarkdown(report)
  // The page brings much code of its own, which few runs need.
  const { renderPage } = await import('../../trial/page/render-page.ts')
  return renderPage(report)
}
