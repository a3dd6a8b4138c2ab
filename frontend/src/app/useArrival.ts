/** Whoever comes to another page goes on at its beginning with the keyboard, not at the link that led there. */
import { useEffect, useRef } from 'react';
import { useLocation } from 'react-router';

/** Once the page stands there; a field of it that took the focus keeps it. */
export function useArrival(): void {
  const { pathname } = useLocation();
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current === pathname) return;
    last.current = pathname;
    const content = document.getElementById('content');
    if (content?.contains(document.activeElement)) return;
    content?.focus({ preventScroll: true });
  }, [pathname]);
}
