import { expect, it } from 'vitest';
import { undressed } from './letter';

it('a letter is taken apart into its page and its styles, and its links lead nowhere', () => {
  const letter =
    '<style>\n p { margin: 0 }\n</style><p style="color: #0d0e12">Shop</p><a href="https://example.com/">Open</a>';
  const { page, style } = undressed(letter);
  expect(page).toBe(
    '<p data-style="color: #0d0e12">Shop</p><a data-href="https://example.com/">Open</a>',
  );
  expect(style.trim()).toBe('p { margin: 0 }');
});

it('what people wrote stays as it is', () => {
  const { page, style } = undressed('<h1>&lt;style&gt; style=&quot;x&quot;</h1>');
  expect(page).toBe('<h1>&lt;style&gt; style=&quot;x&quot;</h1>');
  expect(style).toBe('');
});
