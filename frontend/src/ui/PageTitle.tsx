/** The browser tab's title: the page, and in front of it how many incidents are open. */
import { createContext, use } from 'react';
import { shellText } from '../lib/text/shell';

export const OpenIncidentCount = createContext(0);

export function PageTitle({ children = '' }: { children?: string }) {
  return <title>{shellText.title(children, use(OpenIncidentCount))}</title>;
}
