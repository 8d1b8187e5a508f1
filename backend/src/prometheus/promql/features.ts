/** Experimental parts of the language, each behind the flag that Prometheus puts it behind. All off unless asked for. */
export type PromqlFeatures = {
  readonly experimentalFunctions: boolean
  readonly fillModifiers: boolean
  readonly delayedNameRemoval: boolean
}

const FLAGS: Readonly<Record<string, keyof PromqlFeatures>> = {
  'promql-experimental-functions': 'experimentalFunctions',
  'promql-binop-fill-modifiers': 'fillModifiers',
  'promql-delayed-name-removal': 'delayedNameRemoval',
}

/** Flags of Prometheus for what is always on here (the first two are in Prometheus 3.16, too). */
const ALWAYS_ON: ReadonlySet<string> = new Set([
  'promql-duration-expr',
  'promql-extended-range-selectors',
  'exemplar-storage',
  'native-histograms',
])

export const NO_FEATURES: PromqlFeatures = {
  experimentalFunctions: false,
  fillModifiers: false,
  delayedNameRemoval: false,
}

/** @throws Error for a flag that is neither known nor harmless. */
export function parseFeatureFlags(flags: readonly string[]): PromqlFeatures {
  const features = { ...NO_FEATURES }
  for (const flag of flags.map((text) => text.trim()).filter((text) => text !== '')) {
    const feature = FLAGS[flag]
    if (feature) features[feature] = true
    else if (!ALWAYS_ON.has(flag)) {
      const known = [...Object.keys(FLAGS), ...ALWAYS_ON].join(', ')
      throw new Error(`PROMETHEUS_ENABLE_FEATURE: unknown feature flag "${flag}", known are ${known}`)
    }
  }
  return features
}
