import type { Delivery } from './delivery.ts'

/**
 * What another agent has made different from the reference, a sentence each, the subject first. Spans are compared where
 * both have them: a pool opens a connection now and then.
 */
export function compareDeliveries(reference: Delivery, other: Delivery): string[] {
  const subjects = [...new Set([...reference.keys(), ...other.keys()])].toSorted()
  return subjects.flatMap((subject) => {
    const expected = reference.get(subject)
    const found = other.get(subject)
    if (expected === undefined || found === undefined) {
      if (subject.startsWith('span ')) return []
      return [`${subject}: ${found === undefined ? 'is missing' : 'is there, and should not be'}`]
    }
    const properties = [...new Set([...expected.keys(), ...found.keys()])].toSorted()
    return properties.flatMap((property) => {
      const wanted = expected.get(property) ?? new Set<string>()
      const got = found.get(property) ?? new Set<string>()
      return [
        ...without(wanted, got).map((value) => `${subject}: ${property} ${value} is missing`),
        ...without(got, wanted).map((value) => `${subject}: ${property} ${value} should not be there`),
      ]
    })
  })
}

const without = (values: Set<string>, others: Set<string>) => [...values].filter((value) => !others.has(value))
