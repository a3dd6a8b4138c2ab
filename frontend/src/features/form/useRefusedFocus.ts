/** Leads to the first field that was refused: it has the focus then, and is read out with its reasons. */
import { type RefObject, useEffect, useRef } from 'react';

/** `refusal` is another one each time that something is refused, once the reasons stand at their fields. */
export function useRefusedFocus<E extends HTMLElement = HTMLFormElement>(
  refusal: unknown,
): RefObject<E | null> {
  const form = useRef<E>(null);
  useEffect(() => {
    if (refusal == null) return;
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [refusal]);
  return form;
}
