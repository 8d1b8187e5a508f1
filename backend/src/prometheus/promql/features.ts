/** Experimental parts of the language, each behind the flag that Prometheus puts it behind. All off unless asked for. */
export type PromqlFeatures = {
  readonly experimentalFunctions: boolean
  readonly durationExpressions: boolean
  readonly extendedRangeSelectors: boolean
  readonly fillModifiers: boolean
  readonly delayedNameRemoval: boolean
}

const FLAGS: Readonly<Record<string, keyof PromqlFeatures>> = {
  'promql-experimental-functions': 'experimentalFunctions',
  'promql-duration-expr': 'durationExpressions',
  'promql-extended-range-selectors': 'extendedRangeSelectors',
  'promql-binop-fill-modifiers': 'fillModifiers',
  'promql-delayed-name-removal': 'delayedNameRemoval',
}

/** Flags of Prometheus that name something which is always on here. */
const ALWAYS_ON: ReadonlySet<string> = new Set(['exemplar-storage', 'native-histograms', 'otlp-native-delta-ingestion'])

export const NO_FEATURES: PromqlFeatures = {
  experimentalFunctions: false,
  durationExpressions: false,
  extendedRangeSelectors: false,
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
