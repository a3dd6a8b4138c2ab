/** Whether rows are comfortable or compact: one of one's preferences, kept in this browser too, since rows are drawn before those are read. */
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { preferencesQuery } from '@/api/account';
import type { Density } from '@/api/contract';

const KEY = 'pulsecheck.density';

export function keptDensity(): Density {
  try {
    return localStorage.getItem(KEY) === 'compact' ? 'compact' : 'comfortable';
  } catch {
    return 'comfortable';
  }
}

export function keepDensity(preferred: Density | undefined): void {
  if (preferred === undefined) return;
  try {
    localStorage.setItem(KEY, preferred);
  } catch {
    // Blocked storage: rows may be drawn as usual before the preferences are read.
  }
}

/** Stays what it was at first: rows that stand do not move when preferences come late, but have their height when they are drawn next. */
export function useDensity(): Density {
  const client = useQueryClient();
  const [density] = useState(
    () => client.getQueryData(preferencesQuery().queryKey)?.density ?? keptDensity(),
  );
  return density;
}
