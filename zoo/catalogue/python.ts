import type { Animal } from './animal.ts'

export const PYTHON: readonly Animal[] = []
