/** Which section of the dashboard a service stands in, and in which order the sections come. */
import type { Service } from '@/api/contract';
import { isTroubled, type Status } from '@/lib/status';

export const ATTENTION = '\u0000attention';
export const NONE = '';

export interface Section {
  /** `ATTENTION`, a category, or `NONE` for services without one. */
  key: string;
  services: Service[];
  /** Of all services of the category, pinned ones included. */
  total: number;
  up: number;
}

export const statusOf = (service: Service): Status => service.current_status.status;

const placeOf = (service: Service): string =>
  isTroubled(statusOf(service)) ? ATTENTION : (service.category ?? NONE);

/**
 * The place of every service. While `held` (a pointer or the keyboard is in the list) known
 * services stay where they were: rows never move away under the pointer.
 */
export function placements(
  services: readonly Service[],
  previous: ReadonlyMap<string, string>,
  held: boolean,
): Map<string, string> {
  return new Map(
    services.map((service) => {
      const before = held ? previous.get(service.id) : undefined;
      return [service.id, before ?? placeOf(service)];
    }),
  );
}

const worstFirst: Status[] = ['down', 'degraded', 'unknown'];

/** Sections in the reader's order of categories, the rest by name, those without one last. */
export function sectionsOf(
  services: readonly Service[],
  places: ReadonlyMap<string, string>,
  categoryOrder: readonly string[],
  held: boolean,
): Section[] {
  const sections = new Map<string, Section>();
  const section = (key: string): Section => {
    const known = sections.get(key);
    if (known !== undefined) return known;
    const made = { key, services: [], total: 0, up: 0 };
    sections.set(key, made);
    return made;
  };
  for (const service of services) {
    section(places.get(service.id) ?? placeOf(service)).services.push(service);
    const category = section(service.category ?? NONE);
    const status = statusOf(service);
    if (status === 'paused') continue;
    category.total += 1;
    if (status === 'up') category.up += 1;
  }
  const rank = (key: string): number => {
    if (key === ATTENTION) return -1;
    if (key === NONE) return Number.MAX_SAFE_INTEGER;
    const at = categoryOrder.indexOf(key);
    return at === -1 ? categoryOrder.length : at;
  };
  const ordered = [...sections.values()].filter(({ services: rows }) => rows.length > 0);
  ordered.sort((a, b) => rank(a.key) - rank(b.key) || a.key.localeCompare(b.key));
  for (const { key, services: rows } of ordered) {
    rows.sort(
      (a, b) =>
        (key === ATTENTION && !held
          ? worstFirst.indexOf(statusOf(a)) - worstFirst.indexOf(statusOf(b))
          : 0) || a.name.localeCompare(b.name),
    );
  }
  return ordered;
}
