import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { createMemoryRouter, Link, Outlet, RouterProvider } from 'react-router';
import { beforeEach, expect, it } from 'vitest';
import { useArrival } from './useArrival';

function Frame() {
  useArrival();
  return (
    <>
      <Link to="/plain">Plain</Link>
      <Link to="/plain?more=1">More</Link>
      <Link to="/form">Form</Link>
      <main id="content" tabIndex={-1}>
        <Outlet />
      </main>
    </>
  );
}

beforeEach(() => {
  const children = [
    { path: '/', element: 'home' },
    { path: '/plain', element: 'plain' },
    // biome-ignore lint/a11y/noAutofocus: what is tested
    { path: '/form', element: <input aria-label="Name" autoFocus /> },
  ];
  render(<RouterProvider router={createMemoryRouter([{ element: <Frame />, children }])} />);
});
const follow = (name: string) => userEvent.click(screen.getByText(name));

it('another page begins at its content', async () => {
  expect(document.activeElement).toBe(document.body);
  await follow('Plain');
  expect(document.activeElement).toBe(screen.getByRole('main'));
});

it('a page that begins in a field begins there', async () => {
  await follow('Form');
  expect(document.activeElement).toBe(screen.getByLabelText('Name'));
});

it('another view of the same page leaves the focus where it is', async () => {
  await follow('Plain');
  await follow('More');
  expect(document.activeElement).toBe(screen.getByText('More'));
});
