/** The providers one can sign in with, linked or not. Shown where the installation has any. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { providersQuery, unlinkProvider } from '@/api/account';
import type { Me, Provider } from '@/api/contract';
import { keys } from '@/api/keys';
import { sentenceOf } from '@/api/problem';
import { paths } from '@/lib/paths';
import { accountText } from '@/lib/text/account';
import { Button, buttonClass } from '@/ui/Button';
import { Panel, Section } from '@/ui/Page';
import { toast } from '@/ui/Toasts';
import { ProviderMark } from './ProviderMark';

const text = accountText.page;
const all = ['google', 'github'] as const;

export function WaysToSignIn({ me }: { me: Me }) {
  const { data: providers } = useQuery(providersQuery());
  const client = useQueryClient();
  const unlink = useMutation({
    mutationFn: unlinkProvider,
    onSuccess: (_, provider: Provider) => {
      toast(text.unlinked(text.providerNames[provider]));
      return client.invalidateQueries({ queryKey: keys.me });
    },
    onError: (error) => toast(sentenceOf(error), { kind: 'error' }),
  });
  const linked = (name: Provider) => me.identities.find(({ provider }) => provider === name);
  const shown = all.filter((name) => providers?.[name] === true || linked(name) !== undefined);
  if (shown.length === 0) return null;
  return (
    <Section title={text.ways}>
      <Panel>
        <ul className="divide-y divide-line">
          {shown.map((name) => {
            const label = text.providerNames[name];
            const identity = linked(name);
            return (
              <li key={name} className="flex min-h-14 items-center gap-3 px-4 py-2">
                <ProviderMark name={name} />
                <div className="min-w-0 flex-1">
                  <p className="font-medium">{label}</p>
                  <p className="truncate text-sm text-faint">{identity?.email ?? text.notLinked}</p>
                </div>
                {identity === undefined ? (
                  <a
                    href={`/api/auth/${name}?link=1&return_to=${encodeURIComponent(paths.account())}`}
                    aria-label={text.linkLabel(label)}
                    className={buttonClass('secondary', 'sm')}
                  >
                    {text.link}
                  </a>
                ) : (
                  <Button
                    size="sm"
                    aria-label={text.unlinkLabel(label)}
                    busy={unlink.isPending && unlink.variables === name && text.unlinking}
                    onClick={() => unlink.mutate(name)}
                  >
                    {text.unlink}
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
      </Panel>
    </Section>
  );
}
