/** A value of one look beside another look: marked where they differ. */
import type { ReactNode } from 'react';
import { incidentText } from '@/lib/text/incident';

export function Compared({ differs, children }: { differs: boolean; children: ReactNode }) {
  if (!differs) return <span className="text-soft">{children}</span>;
  return (
    <>
      <span className="rounded-sm bg-degraded-wash px-1 py-0.5 font-medium">{children}</span>
      <span className="sr-only"> ({incidentText.page.differs})</span>
    </>
  );
}
