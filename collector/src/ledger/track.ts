/** The items of one kind by number: state, when sent, when first received, how often. 18 bytes an item, nothing of what it said. */
const GENERATED = 1
const ACKNOWLEDGED = 2
const REFUSED = 4
/** Seen in a request that the backend did not accept. */
const ATTEMPTED = 8
const CORRUPTED = 16
const REORDERED = 32

export type TrackName = 'spans' | 'logRecords' | 'dataPoints' | 'logLines' | 'samples'

export class Track {
  readonly name: TrackName
  #state = new Uint8Array(1024)
  #receipts = new Uint8Array(1024)
  #sentAtMs = new Float64Array(1024)
  #receivedAtMs = new Float64Array(1024)
  /** Highest number seen so far in each stream. */
  readonly #newest = new Map<string, number>()
  /** Numbers in use are below. */
  end = 0
  outstanding = 0

  constructor(name: TrackName) {
    this.name = name
  }

  generated(seq: number, atMs: number): void {
    this.#reserve(seq)
    this.#state[seq] = GENERATED
    this.#sentAtMs[seq] = atMs
    if (seq >= this.end) this.end = seq + 1
  }

  acknowledged(seq: number): void {
    if (this.#has(seq, ACKNOWLEDGED)) return
    this.#set(seq, ACKNOWLEDGED)
    if (this.receipts(seq) === 0) this.outstanding++
  }

  /** The collector takes back what it had acknowledged. */
  withdrawn(seq: number): void {
    if (!this.#has(seq, ACKNOWLEDGED)) return
    this.#state[seq] = ((this.#state[seq] ?? 0) & ~ACKNOWLEDGED) | REFUSED
    if (this.receipts(seq) === 0) this.outstanding--
  }

  refused(seq: number): void {
    this.#set(seq, REFUSED)
  }

  attempted(seq: number): void {
    if (this.isGenerated(seq)) this.#set(seq, ATTEMPTED)
  }

  /** `stream`: within which order counts; `undefined` where there is none. */
  received(seq: number, atMs: number, stream?: string): void {
    const before = this.#receipts[seq] ?? 0
    this.#receipts[seq] = Math.min(255, before + 1)
    if (before > 0) return
    this.#receivedAtMs[seq] = atMs
    if (this.#has(seq, ACKNOWLEDGED)) this.outstanding--
    if (stream === undefined) return
    const newest = this.#newest.get(stream) ?? -1
    if (seq < newest) this.#set(seq, REORDERED)
    else this.#newest.set(stream, seq)
  }

  corrupted(seq: number): void {
    this.#set(seq, CORRUPTED)
  }

  isGenerated = (seq: number): boolean => this.#has(seq, GENERATED)
  isAcknowledged = (seq: number): boolean => this.#has(seq, ACKNOWLEDGED)
  isRefused = (seq: number): boolean => this.#has(seq, REFUSED)
  isAttempted = (seq: number): boolean => this.#has(seq, ATTEMPTED)
  isCorrupted = (seq: number): boolean => this.#has(seq, CORRUPTED)
  isReordered = (seq: number): boolean => this.#has(seq, REORDERED)
  receipts = (seq: number): number => this.#receipts[seq] ?? 0
  sentAtMs = (seq: number): number => this.#sentAtMs[seq] ?? 0
  latencyMs = (seq: number): number => (this.#receivedAtMs[seq] ?? 0) - this.sentAtMs(seq)

  #has(seq: number, bit: number): boolean {
    return ((this.#state[seq] ?? 0) & bit) !== 0
  }

  #set(seq: number, bit: number): void {
    this.#state[seq] = (this.#state[seq] ?? 0) | bit
  }

  #reserve(seq: number): void {
    const capacity = this.#state.length
    if (seq < capacity) return
    const grown = Math.max(capacity * 2, seq + 1)
    const state = new Uint8Array(grown)
    const receipts = new Uint8Array(grown)
    const sentAtMs = new Float64Array(grown)
    const receivedAtMs = new Float64Array(grown)
    state.set(this.#state)
    receipts.set(this.#receipts)
    sentAtMs.set(this.#sentAtMs)
    receivedAtMs.set(this.#receivedAtMs)
    this.#state = state
    this.#receipts = receipts
    this.#sentAtMs = sentAtMs
    this.#receivedAtMs = receivedAtMs
  }
}
