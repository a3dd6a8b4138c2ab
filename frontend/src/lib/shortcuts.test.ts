import { afterEach, describe, expect, test } from 'vitest';
import { isFree, press, shortcuts } from './shortcuts';

const typed = (...keys: string[]) => {
  let pending: string | null = null;
  const done: (string | null)[] = [];
  for (const key of keys) {
    const step = press(pending, key);
    pending = step.pending;
    done.push(step.done);
  }
  return done.filter((name) => name !== null);
};

describe('keys', () => {
  test('every shortcut is reached by its own keys', () => {
    for (const { keys, name } of shortcuts) expect(typed(...keys)).toEqual([name]);
  });
  test('the second key of a pair means nothing alone', () => {
    expect(typed('d', 'i', 'z')).toEqual([]);
  });
  test('a pair that was begun and given up does not swallow the next key', () => {
    expect(typed('g', 'n')).toEqual(['add']);
    expect(typed('g', 'g', 'd')).toEqual(['dashboard']);
    expect(typed('g', 'z', 'd')).toEqual([]);
  });
});

describe('a key belongs to', () => {
  afterEach(() => {
    document.body.innerHTML = '';
  });
  const pressedIn = (html: string, part: Partial<KeyboardEvent> = {}) => {
    document.body.innerHTML = html;
    return isFree({
      key: 'n',
      ctrlKey: false,
      metaKey: false,
      altKey: false,
      defaultPrevented: false,
      target: document.querySelector('[data-here]'),
      ...part,
    });
  };
  test('whoever is typing', () => {
    expect(pressedIn('<input data-here>')).toBe(false);
    expect(pressedIn('<input type="search" data-here>')).toBe(false);
    expect(pressedIn('<textarea data-here></textarea>')).toBe(false);
    expect(pressedIn('<select data-here></select>')).toBe(false);
  });
  test('an open dialog or menu', () => {
    expect(pressedIn('<dialog><button data-here></button></dialog>')).toBe(false);
    expect(pressedIn('<div role="menu"><button data-here></button></div>')).toBe(false);
  });
  test('the browser, with a modifier', () => {
    expect(pressedIn('<a data-here></a>', { ctrlKey: true })).toBe(false);
    expect(pressedIn('<a data-here></a>', { metaKey: true })).toBe(false);
  });
  test('nobody else on a link, a button or a radio', () => {
    expect(pressedIn('<a data-here></a>')).toBe(true);
    expect(pressedIn('<input type="radio" data-here>')).toBe(true);
    expect(pressedIn('', { target: document })).toBe(true);
  });
});
