/** Turns what people paste, a bare host, a URL or a whole list, into services to watch. */

export interface PastedService {
  name: string;
  url: string;
}
export interface PastedLine {
  line: string;
  service: PastedService | null;
}

/** A URL with a scheme, or null when this cannot be an http address. `example.com` means https. */
export function toUrl(input: string): string | null {
  const text = input.trim().replace(/^<|>$/g, '');
  if (text === '' || /\s/.test(text)) return null;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') return null;
  // `javascript:…` and `mailto:…` have a scheme without slashes; `host:8080` has a port.
  if (scheme === undefined && /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(text)) return null;
  const candidate = scheme === undefined ? `${guessScheme(text)}://${text}` : text;
  try {
    const url = new URL(candidate);
    if (url.hostname === '' || url.username !== '' || url.password !== '') return null;
    const plausible =
      url.hostname.includes('.') || url.hostname.includes(':') || url.hostname === 'localhost';
    if (scheme === undefined && !plausible) return null;
    return url.pathname === '/' && url.search === '' && url.hash === '' && !text.endsWith('/')
      ? url.href.replace(/\/$/, '')
      : url.href;
  } catch {
    return null;
  }
}

/** Addresses of one's own network seldom have a certificate. */
function guessScheme(text: string): 'http' | 'https' {
  const host = (/^\[[^\]]*\]|^[^/:?#]+/.exec(text)?.[0] ?? '').toLowerCase();
  const own =
    host === 'localhost' ||
    host.startsWith('[') ||
    /^\d+\.\d+\.\d+\.\d+$/.test(host) ||
    /\.(local|lan|home|internal|test)$/.test(host);
  return own && !/:443(\/|$)/.test(text) ? 'http' : 'https';
}

/** `https://www.example.com/health` → `example.com/health` */
export function nameFromUrl(url: string): string {
  try {
    const parsed = new URL(url);
    const host = parsed.host.replace(/^www\./, '');
    const path = parsed.pathname.replace(/\/+$/, '');
    return `${host}${path}`.slice(0, 200);
  } catch {
    return url.slice(0, 200);
  }
}

/** Several lines are a list; one line, however it ends, is an address. */
export const isList = (pasted: string): boolean => pasted.trim().includes('\n');

/** One service per line; `Name, URL`, `Name<tab>URL` and `- URL` work too. Repeats are dropped. */
export function parseList(text: string): PastedLine[] {
  const seen = new Set<string>();
  const lines: PastedLine[] = [];
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim().replace(/^[-*•]\s+/, '');
    if (line === '' || line.startsWith('#')) continue;
    const service = parseLine(line);
    if (service !== null) {
      if (seen.has(service.url)) continue;
      seen.add(service.url);
    }
    lines.push({ line, service });
  }
  return lines;
}

function parseLine(line: string): PastedService | null {
  const whole = toUrl(line.replace(/[,;]$/, ''));
  if (whole !== null) return { name: nameFromUrl(whole), url: whole };
  const parts = line.split(/\s*[\t,;|]\s*|\s+/).filter((part) => part !== '');
  const found = parts.map((part) => ({ part, url: toUrl(part) })).find(({ url }) => url !== null);
  if (found?.url == null) return null;
  const name = line
    .replace(found.part, '')
    .replace(/^[\s,;|:=–-]+|[\s,;|:=–-]+$/g, '')
    .slice(0, 200);
  return { name: name === '' ? nameFromUrl(found.url) : name, url: found.url };
}
