/** What the browser itself shows of the app: the tab's icon and the colour of the window's frame. */
import { useEffect } from 'react';
import { useTheme } from '@/features/account/theme';
import type { Counts } from '@/lib/status';
import { tabIcon } from '@/lib/tab-icon';

/** The mark with the sign of the worst state; the plain one again when its page is left. */
export function TabIcon({ counts, away }: { counts: Counts | undefined; away: boolean }) {
  const icon = tabIcon(counts, away);
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    link?.setAttribute('href', icon);
    return () => link?.setAttribute('href', tabIcon(undefined, false));
  }, [icon]);
  return null;
}

/** A theme chosen in the app holds for the window's frame too, whatever the device prefers. */
export function FrameColour() {
  const theme = useTheme();
  useEffect(() => {
    const metas = document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]');
    const before = [...metas].map((meta) => meta.content);
    if (theme !== 'system') {
      const colour = getComputedStyle(document.body).backgroundColor;
      for (const meta of metas) meta.content = colour;
    }
    return () => {
      for (const [index, meta] of metas.entries()) meta.content = before[index] ?? '';
    };
  }, [theme]);
  return null;
}
