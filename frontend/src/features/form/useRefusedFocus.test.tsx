import { QueryClient, QueryClientProvider, useMutation } from '@tanstack/react-query';
import { act, render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { fieldsOf, Problem } from '@/api/problem';
import { TextField } from '@/ui/Field';
import { useRefusedFocus } from './useRefusedFocus';

let refuse: (fields: Record<string, string[]>) => void = () => undefined;

function Form() {
  const save = useMutation({
    mutationFn: () =>
      new Promise((_, reject) => {
        refuse = (errors) => reject(new Problem(422, { errors }));
      }),
  });
  const form = useRefusedFocus(save.error);
  const errors = fieldsOf(save.error);
  return (
    <form ref={form}>
      <TextField label="Name" errors={errors.name} />
      <TextField label="Address" errors={errors.url} />
      <button type="button" onClick={() => save.mutate()}>
        {save.isPending ? 'Saving' : 'Save'}
      </button>
    </form>
  );
}

it('the first refused field has the focus and its reason as its description, each time', async () => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Form />
    </QueryClientProvider>,
  );
  const button = screen.getByText('Save');
  const press = async (errors: Record<string, string[]>) => {
    button.focus();
    act(() => button.click());
    await screen.findByText('Saving');
    act(() => refuse(errors));
    await screen.findByText('Save');
  };
  await press({ url: ['is no address'] });
  const field = screen.getByLabelText('Address');
  expect(document.activeElement).toBe(field);
  const described = field.getAttribute('aria-describedby') ?? '';
  expect(document.getElementById(described)?.textContent).toContain('no address');
  await press({ url: ['is no address'], name: ['is too long'] });
  expect(document.activeElement).toBe(screen.getByLabelText('Name'));
  await press({});
  expect(document.activeElement).toBe(button);
});
