/** A letter of ours, taken apart so that it can be shown under a policy that allows no styles inside a page. */

export interface Undressed {
  /** The page without its styles; each element still names its own in `data-style`. */
  page: string;
  /** What stood in the style element. */
  style: string;
}

/** Links lead nowhere: a preview is looked at. Text of others is escaped in letters, so these are only our own marks. */
export function undressed(html: string): Undressed {
  const styles: string[] = [];
  const page = html
    .replace(/<style>([\s\S]*?)<\/style>/g, (_, style: string) => {
      styles.push(style);
      return '';
    })
    .replaceAll(' style="', ' data-style="')
    .replaceAll(' href="', ' data-href="');
  return { page, style: styles.join('\n') };
}
