/** A person's picture, or their initials. */
import { useState } from 'react';
import type { Me } from '@/api/contract';
import { webAddress } from '@/lib/paths';

export function Avatar({ me }: { me: Me }) {
  const [broken, setBroken] = useState(false);
  const picture = webAddress(me.avatar_url);
  if (picture !== null && !broken) {
    return (
      <img
        src={picture}
        alt=""
        width={28}
        height={28}
        referrerPolicy="no-referrer"
        onError={() => setBroken(true)}
        className="size-7 rounded-full bg-sunken"
      />
    );
  }
  return (
    <span
      aria-hidden="true"
      className="flex size-7 items-center justify-center rounded-full bg-accent-wash text-xs font-semibold text-accent-strong"
    >
      {initials(me.name || me.email)}
    </span>
  );
}

function initials(name: string): string {
  const words = name.split(/[\s@._-]+/).filter((word) => word !== '');
  const letters = [words[0], words.length > 1 ? words[words.length - 1] : undefined];
  return letters.map((word) => Array.from(word ?? '')[0]?.toUpperCase() ?? '').join('');
}
