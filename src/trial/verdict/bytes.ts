const MIB = 1024 * 1024

/** An amount of memory as a person reads it: `812 B`, `64 KiB`, `1.5 MiB`, `2 GiB`. */
export function bytes(amount: number): string {
  const size = Math.abs(amount)
  if (size < 1024) return `${Math.round(amount)} B`
  if (size < MIB) return `${Math.round(amount / 1024)} KiB`
  if (size < 1024 * MIB) return `${short(amount / MIB)} MiB`
  return `${short(amount / (1024 * MIB))} GiB`
}

function short(amount: number): string {
  return Math.abs(amount) < 10 ? String(Number(amount.toFixed(1))) : String(Math.round(amount))
}
