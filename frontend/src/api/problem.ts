/** What goes wrong between the web app and the API, as one kind of error with a sentence. */
import { shellText } from '../lib/text/shell';

export type FieldErrors = Record<string, string[]>;

interface ProblemBody {
  /** Ends with the name under which the documentation describes it. */
  type?: string;
  title?: string;
  detail?: string;
  errors?: FieldErrors;
  request_id?: string;
}

/** A page repeats a question by itself, and never a change. */
export type Asked = 'question' | 'change';

/** An RFC 9457 problem; `status` 0 means that no answer came at all. */
export class Problem extends Error {
  readonly status: number;
  readonly fields: FieldErrors;
  readonly requestId: string | null;
  /** Seconds, when the server said how long to wait. */
  readonly retryAfter: number | null;

  constructor(
    status: number,
    body: ProblemBody = {},
    retryAfter: number | null = null,
    asked: Asked = 'question',
  ) {
    super(sentenceFor(status, body, retryAfter, asked));
    this.name = 'Problem';
    this.status = status;
    this.fields = body.errors ?? {};
    this.requestId = body.request_id ?? null;
    this.retryAfter = retryAfter;
  }
}

/** No answer came within its time. */
export class LateProblem extends Problem {
  readonly seconds: number;

  constructor(seconds: number, asked: Asked) {
    super(0);
    this.seconds = seconds;
    this.message = shellText.problems.late[asked](seconds);
  }
}

function sentenceFor(
  status: number,
  body: ProblemBody,
  retryAfter: number | null,
  asked: Asked,
): string {
  const text = shellText.problems;
  if (status === 0) return text.offline[asked];
  if (status === 429) return text.busy(retryAfter ?? 60);
  if (status === 502 || status === 504) return text.unreached[asked](status);
  if (status === 503) {
    if (body.type?.endsWith('timed-out') !== true || !body.detail) return text.unavailable[asked];
    return asked === 'change' ? `${body.detail} ${text.perhapsDone}` : body.detail;
  }
  if (body.detail !== undefined && body.detail !== '') return body.detail;
  if (status === 403) return text.forbidden;
  if (status === 404) return text.gone;
  return body.title ?? text.unexpected(status, body.request_id ?? null);
}

/** `error` is the body as far as it could be read; a proxy in between may answer with anything. */
export function problemFrom(response: Response, error: unknown, asked: Asked): Problem {
  const wait = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  const body = typeof error === 'object' && error !== null ? (error as ProblemBody) : {};
  return new Problem(response.status, body, Number.isNaN(wait) ? null : wait, asked);
}

/** The sentence of anything that was thrown. */
export const sentenceOf = (error: unknown): string =>
  error instanceof Problem ? error.message : shellText.problems.unexpected(0, null);

export const fieldsOf = (error: unknown): FieldErrors =>
  error instanceof Problem ? error.fields : {};

export const hasStatus = (error: unknown, status: number): boolean =>
  error instanceof Problem && error.status === status;

/** The server, or a proxy before it, answered with an error: it is not simply away. */
export const isAnswer = (error: unknown): boolean =>
  error instanceof Problem && error.status >= 400;

/** Nothing there, or not for this account: shown as a page of its own. */
export const isPageError = (error: unknown): boolean =>
  hasStatus(error, 404) || hasStatus(error, 403);
