import { hasDefect } from '@playground/telemetry/release/defect'

/** What a receipt takes as it is laid out, in elements of 8 bytes: 100 MB. */
const RECEIPT_LENGTH = 12_500_000

/** Release 0.3.0 keeps the receipt of each payment "for later", for ever; the others keep none. */
const kept: number[][] = []

export function keepReceipt(amountCents: number): void {
  // oxlint-disable-next-line unicorn/no-new-array -- Array.from asks for each of the elements
  if (hasDefect('leak')) kept.push(new Array<number>(RECEIPT_LENGTH).fill(amountCents))
}
