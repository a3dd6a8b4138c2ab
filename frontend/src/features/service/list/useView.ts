/** Which part of a tall element is in view, in steps, so that scrolling draws again only now and then. */
import { type RefObject, useEffect, useState } from 'react';

/** In pixels. */
const STEP = 240;
const BEYOND = 480;

export interface View {
  top: number;
  bottom: number;
}

const everything: View = { top: Number.NEGATIVE_INFINITY, bottom: Number.POSITIVE_INFINITY };

/** Everything, where `windowed` is false: a short list is drawn whole, to be searched and printed. */
export function useView(element: RefObject<HTMLElement | null>, windowed: boolean): View {
  const [view, setView] = useState<View>({ top: 0, bottom: STEP * 6 });
  useEffect(() => {
    if (!windowed) return;
    const look = () => {
      if (element.current === null) return;
      const begin = -element.current.getBoundingClientRect().top;
      const top = Math.floor((begin - BEYOND) / STEP) * STEP;
      const bottom = Math.ceil((begin + window.innerHeight + BEYOND) / STEP) * STEP;
      setView((before) =>
        before.top === top && before.bottom === bottom ? before : { top, bottom },
      );
    };
    look();
    window.addEventListener('scroll', look, { passive: true });
    window.addEventListener('resize', look);
    // Whatever stands above may appear, or go.
    const observer = new ResizeObserver(look);
    observer.observe(document.body);
    return () => {
      window.removeEventListener('scroll', look);
      window.removeEventListener('resize', look);
      observer.disconnect();
    };
  }, [element, windowed]);
  return windowed ? view : everything;
}
