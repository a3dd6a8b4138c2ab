/** Words of sign-in, first-run set-up and the account page. */

export const accountText = {
  signIn: {
    title: 'Sign in',
    sentence: 'Is it up? Since when? How fast?',
    lines: [
      'PulseCheck looks at your services from outside and keeps one honest record.',
      'A failure is confirmed by a second look before it becomes an incident.',
      'What could not be observed is said so, and never counted as up.',
    ],
    email: 'E-mail',
    password: 'Password',
    submit: 'Sign in',
    submitting: 'Signing in',
    google: 'Continue with Google',
    github: 'Continue with GitHub',
    or: 'or',
    none: 'This installation has no way to sign in configured. Its operator can create an account with “pulsecheck user add”.',
    setup:
      'This installation has no account yet. Open the set-up link that the server printed when it started, or print a new one with “pulsecheck setup-link”.',
    wrong: 'E-mail or password is wrong.',
    continueTo: 'You will continue where you left off.',
    ended: 'Your session has ended. Sign in again to go on.',
    signedOut: 'You are signed out.',
    erased: 'Your account and its workspace are erased.',
  },
  /** What `/login?error=<code>` means. */
  errors: {
    denied:
      'You declined at the provider, so nothing was signed in. Try again or choose another way.',
    state:
      'The sign-in was started in another window, took too long or was already used. Start it again from here.',
    code: 'The provider’s answer was already used or has expired. Start again from here.',
    provider: 'The provider failed or did not answer in time. Try again in a minute.',
    email_unverified:
      'The provider has no verified e-mail address for you. Verify it there, then sign in again.',
    sign_up_closed: 'This installation takes no new accounts. Ask its operator to invite you.',
    not_allowed: 'Your address is not on this installation’s list. Ask its operator to add it.',
    account_exists:
      'An account with this e-mail address signs in another way. Use that one; you can link this one in your account.',
    linked_elsewhere: 'This sign-in is already linked to another account here.',
    link_sign_in: 'Sign in again, then link the provider from your account.',
    link_origin: 'Linking has to be started from your account page. Start it again from there.',
    not_configured: 'This way to sign in is not configured here.',
    too_many: 'There were too many attempts. Wait a minute, then try again.',
    unavailable: 'PulseCheck cannot reach its database right now. Try again in a minute.',
    internal: 'PulseCheck met a fault of its own while signing you in. It is in the server’s log.',
  } as Record<string, string>,
  errorOther: (code: string) =>
    `Signing in did not work (${code}). Try again or choose another way.`,

  setup: {
    title: 'First account',
    sentence: 'Make the first account',
    detail: 'It operates this installation. It stays on this server; nothing is sent elsewhere.',
    name: 'Name',
    email: 'E-mail',
    password: 'Password',
    passwordHint: 'At least 12 characters. A few words in a row are easy to remember.',
    submit: 'Create account',
    submitting: 'Creating account',
    noToken:
      'The set-up link is incomplete. Copy the whole line that the server printed, with everything behind the #.',
    done: 'This installation already has its first account.',
    toSignIn: 'Go to sign in',
    badToken:
      'This set-up link is used or no longer valid. Restart the server or run “pulsecheck setup-link” for a new one.',
  },

  page: {
    title: 'Account',
    signedInBy: {
      local: 'Signs in with a password',
      google: 'Signs in with Google',
      github: 'Signs in with GitHub',
    } as Record<string, string>,
    appearance: 'Appearance',
    themeHint: 'System follows the setting of your device.',
    sessions: 'Where you are signed in',
    thisBrowser: 'This browser',
    lastUsed: 'last used',
    end: 'End',
    endLabel: (where: string) => `End the session of ${where}`,
    endOthers: 'End all others',
    ended: 'The session is ended.',
    othersEnded: 'All other sessions are ended.',
    ways: 'Ways to sign in',
    link: 'Link',
    linkLabel: (name: string) => `Link ${name}`,
    unlink: 'Unlink',
    unlinkLabel: (name: string) => `Unlink ${name}`,
    unlinked: (name: string) => `${name} is no longer a way to sign in.`,
    notLinked: 'not linked',
    providerNames: { google: 'Google', github: 'GitHub' },
    password: 'Password',
    setPassword: 'Set a password',
    current: 'Current password',
    next: 'New password',
    changePassword: 'Change password',
    changing: 'Changing password',
    changed: 'Your password is changed. Other sessions were signed out.',
    erase: 'Erase account',
    eraseDetail:
      'Erases your account and your personal workspace with all its services, checks and incidents. This cannot be undone.',
    eraseOpen: 'Erase account…',
    eraseConfirm: (email: string) => `Type ${email} to confirm`,
    erasePassword: 'Password',
    eraseSubmit: 'Erase everything',
    erasing: 'Erasing',
    eraseReauth: 'Sign in again first: erasing asks for a sign-in of the last few minutes.',
  },
};
