import { useEffect, useState } from 'react'

/** The text being written; a query that comes from elsewhere (a link, Back) replaces it. */
export function useDraft(query: string): [string, (draft: string) => void] {
  const [draft, setDraft] = useState(query)
  useEffect(() => setDraft(query), [query])
  return [draft, setDraft]
}
