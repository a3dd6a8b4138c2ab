import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { expect, it, vi } from 'vitest';
import { type Quiet, QuietFields, quietOf } from './QuietFields';

const night: Quiet = {
  from: '22:00',
  until: '07:00',
  zone: 'Europe/Berlin',
  lets_through: ['down', 'certificate'],
};

function Form({ topics, onChange }: { topics: string[]; onChange: (quiet: Quiet) => void }) {
  const [value, setValue] = useState(night);
  const change = (quiet: Quiet) => {
    setValue(quiet);
    onChange(quiet);
  };
  return <QuietFields value={value} topics={topics} errors={undefined} onChange={change} />;
}

it('what the rule hears of can be let through, and back again it is what it was', async () => {
  const changed = vi.fn();
  render(<Form topics={['down', 'recovered']} onChange={changed} />);
  const through = within(screen.getByRole('group', { name: 'Told even then' }));
  expect(through.getAllByRole('checkbox')).toHaveLength(2);
  expect(through.getByLabelText('Outages')).toHaveProperty('checked', true);
  await userEvent.click(through.getByLabelText('Outages'));
  expect(changed).toHaveBeenLastCalledWith({ ...night, lets_through: ['certificate'] });
  await userEvent.click(through.getByLabelText('Outages'));
  expect(changed).toHaveBeenLastCalledWith(night);
});

it('a rule that hears nothing lets nothing through', () => {
  render(<Form topics={[]} onChange={vi.fn()} />);
  expect(screen.queryByRole('group', { name: 'Told even then' })).toBeNull();
  expect(quietOf(night, []).lets_through).toEqual([]);
  expect(quietOf(night, ['down']).lets_through).toEqual(['down']);
});
