/** A server on loopback in GitHub's place: its four addresses, PKCE, codes that work once. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Person {
  id: number;
  login: string;
  email: string;
  verified: boolean;
}

const page = (onward: string, cancel: string) => `<!doctype html><title>GitHub</title>
<h1>Authorize PulseCheck</h1><p><a href="${onward}">Authorize</a> <a href="${cancel}">Cancel</a></p>`;

export class GitHub {
  readonly origin: string;
  readonly client = { id: 'pulsecheck', secret: randomBytes(16).toString('hex') };
  /** Who is signed in there. */
  person: Person = { id: 1, login: 'octo', email: 'octo@example.com', verified: true };
  mode: 'works' | 'fails' | 'stalls' = 'works';
  private readonly grants = new Map<string, { challenge: string; callback: string }>();
  private readonly tokens = new Set<string>();
  private readonly server = createServer((asked, answer) => void this.answer(asked, answer));

  private constructor(port: number) {
    this.origin = `http://127.0.0.1:${port}`;
  }

  static async start(port: number): Promise<GitHub> {
    const github = new GitHub(port);
    await new Promise<void>((resolve) => github.server.listen(port, '127.0.0.1', resolve));
    return github;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async answer(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const url = new URL(asked.url ?? '/', this.origin);
    if (url.pathname === '/login/oauth/authorize') {
      answer.setHeader('content-type', 'text/html; charset=utf-8');
      answer.end(this.authorize(url.searchParams));
      return;
    }
    if (this.mode === 'stalls') return;
    if (this.mode === 'fails') {
      answer.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Unicorn!</h1>');
      return;
    }
    const json = (status: number, body: unknown) =>
      answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url.pathname === '/login/oauth/access_token') {
      // GitHub says 200 even when it refuses.
      json(200, this.exchange(new URLSearchParams(await bodyOf(asked))));
    } else if (!this.tokens.has((asked.headers.authorization ?? '').replace(/^\w+ /, ''))) {
      json(401, { message: 'Bad credentials' });
    } else if (url.pathname === '/user') {
      const { id, login } = this.person;
      json(200, { id, login, name: null, avatar_url: null, email: null });
    } else if (url.pathname === '/user/emails') {
      const { email, verified } = this.person;
      json(200, [
        { email: 'old@example.com', primary: false, verified: true },
        { email, primary: true, verified },
      ]);
    } else json(404, { message: 'Not Found' });
  }

  private authorize(asked: URLSearchParams): string {
    const callback = asked.get('redirect_uri') ?? '';
    const state = asked.get('state') ?? '';
    const code = randomBytes(8).toString('hex');
    this.grants.set(code, { challenge: asked.get('code_challenge') ?? '', callback });
    const to = (query: Record<string, string>) =>
      `${callback}?${new URLSearchParams({ ...query, state })}`.replaceAll('&', '&amp;');
    return page(to({ code }), to({ error: 'access_denied' }));
  }

  private exchange(asked: URLSearchParams): Record<string, string> {
    const code = asked.get('code') ?? '';
    const grant = this.grants.get(code);
    this.grants.delete(code);
    const challenge = createHash('sha256')
      .update(asked.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight =
      grant !== undefined &&
      grant.challenge === challenge &&
      grant.callback === asked.get('redirect_uri') &&
      asked.get('client_id') === this.client.id &&
      asked.get('client_secret') === this.client.secret;
    if (!isRight) return { error: 'bad_verification_code' };
    const token = randomBytes(16).toString('hex');
    this.tokens.add(token);
    return { access_token: token, token_type: 'bearer', scope: 'read:user,user:email' };
  }
}

async function bodyOf(asked: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of asked) body += String(chunk);
  return body;
}
