/** A letter as its reader sees it, in a frame in which nothing runs. */
import { useMemo } from 'react';
import { undressed } from '@/lib/letter';

export function Letter({ title, html }: { title: string; html: string }) {
  const { page, style } = useMemo(() => undressed(html), [html]);
  return (
    <iframe
      title={title}
      // Ours to dress, and without scripts all the same.
      sandbox="allow-same-origin"
      srcDoc={page}
      onLoad={({ currentTarget }) => dress(currentTarget.contentDocument, style)}
      className="mt-2 block h-96 w-full rounded-md border border-line"
    />
  );
}

/** The policy of the page holds in the frame too: styles are put on from outside, which it allows. */
function dress(letter: Document | null, style: string): void {
  const view = letter?.defaultView;
  if (letter == null || view == null) return;
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync(style);
  letter.adoptedStyleSheets = [sheet];
  for (const element of letter.querySelectorAll<HTMLElement>('[data-style]')) {
    element.style.cssText = element.dataset.style ?? '';
  }
}
