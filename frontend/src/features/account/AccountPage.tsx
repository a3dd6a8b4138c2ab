/** One's own account: address, preferences, sessions, password, and its end. */
import { useQuery } from '@tanstack/react-query';
import { meQuery } from '@/api/account';
import { accountText } from '@/lib/text/account';
import { shellText } from '@/lib/text/shell';
import { Icon } from '@/ui/Icon';
import { PageColumn, Section, Sentence } from '@/ui/Page';
import { PageTitle } from '@/ui/PageTitle';
import { Segmented } from '@/ui/Segmented';
import { Address } from './Address';
import { DensityChoice } from './DensityChoice';
import { EraseAccount } from './EraseAccount';
import { PasswordForm } from './PasswordForm';
import { ReportChoice } from './ReportChoice';
import { Sessions } from './Sessions';
import { chooseTheme, themes, useTheme } from './theme';
import { WaysToSignIn } from './WaysToSignIn';

const text = accountText.page;

export function AccountPage() {
  const { data: me } = useQuery(meQuery());
  const theme = useTheme();
  if (me === undefined) return null;
  return (
    <PageColumn narrow>
      <PageTitle>{text.title}</PageTitle>
      <Sentence>{me.name || me.email}</Sentence>
      <p className="mt-1.5 text-soft">
        {me.email} · {text.signedInBy[me.auth_provider] ?? me.auth_provider}
      </p>
      <Address me={me} />
      <Section title={text.preferences}>
        <h3 className="mb-1.5 text-sm font-medium">{text.appearance}</h3>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <Segmented
            label={shellText.theme}
            value={theme}
            onChange={chooseTheme}
            options={themes.map(([value, icon]) => ({
              value,
              label: (
                <>
                  <Icon name={icon} size={14} />
                  {shellText.themes[value]}
                </>
              ),
            }))}
          />
          <p className="text-sm text-faint">{text.themeHint}</p>
        </div>
        <DensityChoice />
        {me.sends_mail && <ReportChoice me={me} />}
      </Section>
      <Sessions />
      <WaysToSignIn me={me} />
      <PasswordForm me={me} />
      <EraseAccount me={me} />
    </PageColumn>
  );
}
