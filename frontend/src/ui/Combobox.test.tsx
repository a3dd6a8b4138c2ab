import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { beforeEach, expect, it, vi } from 'vitest';
import { Combobox } from './Combobox';

const names = ['Claude', 'Clever', 'Cloudflare'];
const chosen = vi.fn();
const entered = vi.fn();

function Box() {
  const [value, setValue] = useState('');
  const found = names.filter((name) => value !== '' && name.toLowerCase().startsWith(value));
  return (
    <Combobox
      label="Watch"
      listLabel="Services"
      announce={(n) => `${n} found`}
      value={value}
      options={found.map((name) => ({ key: name, label: name }))}
      onChange={setValue}
      onChoose={chosen}
      onEnter={entered}
    />
  );
}

beforeEach(() => {
  chosen.mockReset();
  entered.mockReset();
  Element.prototype.scrollIntoView = vi.fn();
});

it('is chosen from with the keyboard alone', async () => {
  const user = userEvent.setup();
  render(<Box />);
  const box = screen.getByRole('combobox', { name: 'Watch' });
  expect(box.getAttribute('aria-expanded')).toBe('false');
  await user.type(box, 'cl');
  expect(box.getAttribute('aria-expanded')).toBe('true');
  expect(screen.getByRole('status').textContent).toBe('3 found');
  await user.keyboard('{ArrowDown}{ArrowDown}');
  const marked = screen.getByRole('option', { selected: true });
  expect(marked.textContent).toContain('Clever');
  expect(box.getAttribute('aria-activedescendant')).toBe(marked.id);
  await user.keyboard('{ArrowUp}{ArrowUp}{Enter}');
  expect(chosen).toHaveBeenCalledExactlyOnceWith('Cloudflare');
  expect(screen.queryByRole('listbox')).toBeNull();
  expect(document.activeElement).toBe(box);
});

it('Enter without a mark is about what was typed; Escape only closes the list', async () => {
  const user = userEvent.setup();
  render(<Box />);
  await user.type(screen.getByRole('combobox'), 'cl{Escape}');
  expect(screen.queryByRole('listbox')).toBeNull();
  expect(screen.getByRole('combobox')).toHaveProperty('value', 'cl');
  await user.keyboard('{Enter}');
  expect(entered).toHaveBeenCalledOnce();
  expect(chosen).not.toHaveBeenCalled();
});

it('a click chooses and the box keeps the focus', async () => {
  const user = userEvent.setup();
  render(<Box />);
  await user.type(screen.getByRole('combobox'), 'clo');
  await user.click(screen.getByRole('option', { name: /Cloudflare/ }));
  expect(chosen).toHaveBeenCalledExactlyOnceWith('Cloudflare');
  expect(document.activeElement).toBe(screen.getByRole('combobox'));
});
