import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { createMemoryRouter, Link, RouterProvider } from 'react-router';
import { beforeEach, expect, it, vi } from 'vitest';
import { ask } from '@/ui/Question';
import { mayLeaveForms, unlockForms, useIsChanged, useLeaveGuard } from './useLeaveGuard';

vi.mock('@/ui/Question', () => ({ ask: vi.fn() }));
const asked = vi.mocked(ask);
const closed = vi.fn();

function Form() {
  const [name, setName] = useState('Shop');
  const [saved, setSaved] = useState(false);
  const guard = useLeaveGuard(useIsChanged({ name }));
  return (
    <>
      <input aria-label="Name" value={name} onChange={({ target }) => setName(target.value)} />
      <button type="button" onClick={() => guard.leave(closed)}>
        Close
      </button>
      <button
        type="button"
        onClick={() => {
          guard.unlock();
          setSaved(true);
        }}
      >
        Save
      </button>
      <Link to="/away">Away</Link>
      {saved && 'saved'}
    </>
  );
}

const open = () =>
  render(
    <RouterProvider
      router={createMemoryRouter([
        { path: '/', element: <Form /> },
        { path: '/away', element: 'elsewhere' },
      ])}
    />,
  );
const press = (name: string) => userEvent.click(screen.getByText(name));
const type = () => userEvent.type(screen.getByLabelText('Name'), ' front');
const unloads = () => {
  const event = new Event('beforeunload', { cancelable: true });
  act(() => void window.dispatchEvent(event));
  return !event.defaultPrevented;
};

beforeEach(() => {
  asked.mockReset();
  closed.mockReset();
});

it('nothing is asked where nothing was changed', async () => {
  open();
  expect(unloads()).toBe(true);
  await press('Close');
  expect(closed).toHaveBeenCalledOnce();
  await press('Away');
  await screen.findByText('elsewhere');
  expect(asked).not.toHaveBeenCalled();
});

it('what was typed is kept by staying and lost by leaving, on every way out', async () => {
  open();
  await type();
  expect(unloads()).toBe(false);
  asked.mockResolvedValue(false);
  await press('Close');
  expect(closed).not.toHaveBeenCalled();
  await press('Away');
  expect(screen.getByLabelText('Name')).toHaveProperty('value', 'Shop front');
  asked.mockResolvedValue(true);
  await press('Close');
  expect(closed).toHaveBeenCalledOnce();
  await press('Away');
  await screen.findByText('elsewhere');
  expect(asked).toHaveBeenCalledTimes(3);
});

it('typing something and taking it back is no change', async () => {
  open();
  await type();
  await userEvent.type(screen.getByLabelText('Name'), '{Backspace>6}');
  expect(screen.getByLabelText('Name')).toHaveProperty('value', 'Shop');
  await press('Away');
  await screen.findByText('elsewhere');
  expect(asked).not.toHaveBeenCalled();
});

it('what is saved leaves without a question', async () => {
  open();
  await type();
  await press('Save');
  expect(unloads()).toBe(true);
  await press('Away');
  await screen.findByText('elsewhere');
  expect(asked).not.toHaveBeenCalled();
});

it('closing twice asks once', async () => {
  open();
  await type();
  asked.mockReturnValue(new Promise(() => undefined));
  await press('Close');
  await press('Close');
  expect(asked).toHaveBeenCalledOnce();
});

it('what leaves every form at once asks once, and unlocks them when it happens', async () => {
  open();
  expect(await mayLeaveForms()).toBe(true);
  expect(asked).not.toHaveBeenCalled();
  await type();
  asked.mockResolvedValue(false);
  expect(await mayLeaveForms()).toBe(false);
  asked.mockResolvedValue(true);
  expect(await mayLeaveForms()).toBe(true);
  // It may still fail: only then is nothing guarded any more.
  expect(unloads()).toBe(false);
  unlockForms();
  expect(unloads()).toBe(true);
  await press('Away');
  await screen.findByText('elsewhere');
  expect(await mayLeaveForms()).toBe(true);
  expect(asked).toHaveBeenCalledTimes(2);
});

it('a saved form is not asked about when all are left', async () => {
  open();
  await type();
  await press('Save');
  expect(await mayLeaveForms()).toBe(true);
  expect(asked).not.toHaveBeenCalled();
});
