/** The frame of sign-in and set-up: the form, and beside it what this is. */
import type { ReactNode } from 'react';
import { accountText } from '@/lib/text/account';
import { shellText } from '@/lib/text/shell';
import { Logo } from '@/ui/Logo';
import { StatusGlyph } from '@/ui/StatusGlyph';

const signs = ['up', 'down', 'unknown'] as const;

export function Welcome({ children }: { children: ReactNode }) {
  const text = accountText.signIn;
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
      <main className="flex flex-col px-5 py-8 sm:px-10">
        <p className="flex items-center gap-2.5 text-lg font-semibold tracking-tight">
          <Logo />
          {shellText.product}
        </p>
        <div className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center py-12">
          {children}
        </div>
        <p className="mx-auto w-full max-w-sm border-t border-line pt-5 text-soft lg:hidden">
          {text.sentence} {text.lines[0]}
        </p>
      </main>
      <aside className="flex flex-col justify-center border-line bg-sunken px-10 py-16 max-lg:hidden lg:border-l xl:px-20">
        <p className="text-[2rem] leading-tight font-semibold tracking-[-0.025em] text-balance">
          {text.sentence}
        </p>
        <ul className="mt-8 max-w-md space-y-4">
          {text.lines.map((line, index) => (
            <li key={line} className="flex gap-3.5 text-lg text-soft">
              <StatusGlyph status={signs[index] ?? 'up'} size={16} className="mt-1" />
              {line}
            </li>
          ))}
        </ul>
      </aside>
    </div>
  );
}
