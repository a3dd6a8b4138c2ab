import { expect, it } from 'vitest';
import type { IncidentEvent } from '@/api/contract';
import { lineOf } from './Timeline';

const event = (part: Partial<IncidentEvent>): IncidentEvent => ({
  at: '2026-11-21T12:00:00Z',
  kind: 'opened',
  severity: null,
  severity_before: null,
  attempts: null,
  cause: null,
  resolution: null,
  vendor: null,
  dependency: null,
  by: null,
  note: null,
  ...part,
});

it('a vendor’s words stand as theirs, with how far they are and a link', () => {
  const vendor = {
    incident: 'Elevated errors',
    phase: 'identified',
    text: 'We found the cause.',
    url: 'https://status.example.com/incidents/1',
  };
  expect(lineOf(event({ kind: 'vendor_said', vendor }))).toEqual({
    at: '2026-11-21T12:00:00Z',
    sentence: 'The vendor on “Elevated errors”: Identified',
    said: 'We found the cause.',
    url: 'https://status.example.com/incidents/1',
  });
});

it('an address that is no web address is never a link', () => {
  const vendor = { incident: 'X', phase: null, text: 'Y', url: 'javascript:alert(1)' };
  expect(lineOf(event({ kind: 'vendor_said', vendor }))).toMatchObject({
    sentence: 'The vendor on “X”',
    url: null,
  });
});

it('a failing dependency is said in the server’s own sentence', () => {
  const dependency = {
    page_name: 'GitHub',
    component: 'API Requests',
    level: 'major_outage' as const,
    incident: null,
    url: 'https://www.githubstatus.com',
    sentence: 'GitHub says of API Requests: major outage.',
  };
  expect(lineOf(event({ kind: 'dependency_failing', dependency }))).toMatchObject({
    sentence: 'GitHub says of API Requests: major outage.',
    said: null,
    url: 'https://www.githubstatus.com',
  });
});
