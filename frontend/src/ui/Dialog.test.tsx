import { fireEvent, render, screen } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { Combobox } from './Combobox';
import { Dialog } from './Dialog';
import { TextArea, TextField } from './Field';

const closed = vi.fn();

beforeEach(() => {
  closed.mockReset();
  // As browsers do: what is open takes the focus, to its first button.
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
    this.querySelector('button')?.focus();
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
  };
});

const open = (children = <input aria-label="Name" />) =>
  render(
    <Dialog title="Paste a list" closeLabel="Close" onClose={closed}>
      {children}
    </Dialog>,
  );
const nothing = () => undefined;
const dialog = () => screen.getByRole('dialog');

it.each([
  ['a line', <TextField key="" label="Name" autoFocus />],
  ['a text', <TextArea key="" label="Name" autoFocus />],
  [
    'a box with suggestions',
    <Combobox
      key=""
      label="Name"
      listLabel="Names"
      announce={String}
      autoFocus
      value=""
      options={[]}
      onChange={nothing}
      onChoose={nothing}
      onEnter={nothing}
    />,
  ],
])('%s that one is to begin with has the focus when the dialog is open', (_, field) => {
  open(field);
  expect(document.activeElement).toBe(screen.getByLabelText('Name'));
});

it('Escape asks to close, however often, and the browser never closes it by itself', () => {
  open();
  const name = screen.getByLabelText('Name');
  for (let n = 0; n < 3; n += 1) expect(fireEvent.keyDown(name, { key: 'Escape' })).toBe(false);
  expect(closed).toHaveBeenCalledTimes(3);
});

it('an Escape that something inside has taken closes nothing', () => {
  open(
    <input
      aria-label="Name"
      onKeyDown={(event) => event.key === 'Escape' && event.preventDefault()}
    />,
  );
  fireEvent.keyDown(screen.getByLabelText('Name'), { key: 'Escape' });
  expect(closed).not.toHaveBeenCalled();
});

it('a press beside the dialog closes it, and one that began inside does not', () => {
  open();
  fireEvent.pointerDown(screen.getByLabelText('Name'));
  fireEvent.click(dialog());
  expect(closed).not.toHaveBeenCalled();
  fireEvent.pointerDown(dialog());
  fireEvent.click(dialog());
  expect(closed).toHaveBeenCalledTimes(1);
});

it('what is shown once is closed by a button alone', () => {
  render(
    <Dialog title="Secret" closeLabel="Done" onClose={closed} held>
      <p>abc</p>
    </Dialog>,
  );
  fireEvent.keyDown(dialog(), { key: 'Escape' });
  fireEvent(dialog(), new Event('cancel', { cancelable: true }));
  fireEvent.pointerDown(dialog());
  fireEvent.click(dialog());
  expect(closed).not.toHaveBeenCalled();
  fireEvent.click(screen.getByRole('button', { name: 'Done' }));
  expect(closed).toHaveBeenCalledTimes(1);
});
